/* Workspaces of the C interface from C11: how little memory many sequences
 * take, who may use a workspace when, and what the last step is worth when its
 * workspace has gone. Exits 0 if all holds; prints what does not. */

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "sampler/c/sampler.h"
#include "tests/c/expect.h"

enum { kSize = 151936, kSequences = 256, kWords = (kSize + 31) / 32 };

static const char kConfig[] =
    "{\"version\": 1, \"stages\": [{\"type\": \"mask\"},"
    "{\"type\": \"temperature\", \"temperature\": 0.9},"
    "{\"type\": \"top_p\", \"p\": 0.9}, {\"type\": \"categorical\"}]}";

static float logits[kSize];
static uint32_t words[kWords];
static const sampler_row row = {logits, kSize, SAMPLER_F32};

/* Bytes that are allocated. */
static size_t allocated(void) {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

static void fill(unsigned step) {
  uint64_t state = step + 1;
  for (unsigned i = 0; i < kSize; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    logits[i] = (float)(state >> 40) / (float)(1 << 20);
  }
}

static void make_sequences(sampler_sequence** sequences) {
  sampler_pipeline* pipeline = NULL;
  EXPECT(sampler_pipeline_create(kConfig, strlen(kConfig), kSize, &pipeline,
                                 &error) == SAMPLER_OK);
  for (unsigned i = 0; i < kSequences; ++i) {
    sequences[i] = NULL;
    EXPECT(sampler_sequence_create(pipeline, 42, i, NULL, 0, &sequences[i],
                                   &error) == SAMPLER_OK);
  }
  sampler_pipeline_free(pipeline);
}

static void free_sequences(sampler_sequence** sequences) {
  for (unsigned i = 0; i < kSequences; ++i) {
    sampler_sequence_free(sequences[i]);
  }
}

static int32_t sample(sampler_workspace* workspace, sampler_sequence* sequence,
                      const sampler_inputs* inputs) {
  sampler_token token = {sizeof token, -1, SAMPLER_ROW_OK, 0};
  EXPECT((workspace == NULL
              ? sampler_sample(sequence, &row, inputs, &token, &error)
              : sampler_sample_with(workspace, sequence, &row, inputs, &token,
                                    &error)) == SAMPLER_OK);
  EXPECT(token.row_status == SAMPLER_ROW_OK);
  return token.id;
}

static double logprob(sampler_sequence* sequence, int raw, int32_t token) {
  sampler_logprob of_token = {-1, 0, 1.0};
  size_t count = 0;
  EXPECT(sampler_logprobs(sequence, &row, raw, token, &of_token, NULL, 0,
                          &count, &error) == SAMPLER_OK);
  EXPECT(of_token.id == token);
  return of_token.logprob;
}

static const sampler_inputs* some_mask(void) {
  static sampler_inputs inputs = {
      sizeof inputs, words, kWords, {NULL, 0, SAMPLER_F32}, NULL};
  for (unsigned i = 0; i < kWords; ++i) words[i] = 0x5555aaaa;
  return &inputs;
}

/* Sequences are small, whether or not the caller has workspaces. */
static void test_memory(sampler_workspace* workspace) {
  static sampler_sequence* sequences[kSequences];
  fill(1);
  make_sequences(sequences);
  sample(NULL, sequences[0], NULL); /* What the library sets up once. */
  free_sequences(sequences);
  const size_t before = allocated();
  make_sequences(sequences);
  EXPECT(allocated() - before < kSequences * 4096);
  for (unsigned i = 0; i < kSequences; ++i) {
    const int32_t token = sample(workspace, sequences[i], NULL);
    EXPECT(logprob(sequences[i], 0, token) <= 0.0);
    EXPECT(logprob(sequences[i], 1, token) < 0.0);
  }
  EXPECT(allocated() - before < (size_t)kSize * 100);
  for (unsigned i = 0; i < kSequences; ++i) {
    sample(workspace, sequences[i], some_mask());
  }
  EXPECT(allocated() - before <
         (size_t)kSize * 100 + (size_t)kSequences * sizeof words * 2);
  free_sequences(sequences);
  /* The allocator keeps a few small pieces. */
  if (workspace == NULL) EXPECT(allocated() < before + 65536);
}

/* Logprobs are those of the sequence's step, in whatever order steps are taken,
 * with what was given to them, and after their workspace is gone. */
static void test_last_step(void) {
  static sampler_sequence* sequences[kSequences];
  make_sequences(sequences);
  fill(2);
  sampler_workspace* workspaces[2] = {NULL, NULL};
  for (int i = 0; i < 2; ++i) {
    EXPECT(sampler_workspace_create(&workspaces[i], &error) == SAMPLER_OK);
  }
  /* One that minds its own business, and what it says. */
  const int32_t token = sample(workspaces[0], sequences[0], some_mask());
  const double masked = logprob(sequences[0], 0, token);
  const double raw = logprob(sequences[0], 1, token);
  EXPECT(masked > raw);

  /* The mask's memory is the caller's again. */
  memset(words, 0xff, sizeof words);
  sample(workspaces[0], sequences[1], NULL);
  EXPECT(logprob(sequences[0], 0, token) == masked);
  EXPECT(logprob(sequences[1], 0, token) < masked);
  EXPECT(logprob(sequences[0], 0, token) == masked);
  EXPECT(sample(workspaces[1], sequences[0], some_mask()) == token);
  sampler_workspace_free(workspaces[1]);
  EXPECT(logprob(sequences[0], 0, token) == masked);
  EXPECT(sample(NULL, sequences[0], some_mask()) == token);
  for (unsigned i = 2; i < 9; ++i) sample(NULL, sequences[i], NULL);
  EXPECT(logprob(sequences[0], 0, token) == masked);
  EXPECT(logprob(sequences[0], 1, token) == raw);
  sampler_workspace_free(workspaces[0]);
  free_sequences(sequences);
}

/* After sampler_workspace_reserve a first step allocates nothing of the
 * vocabulary's size; without it, it does. */
static void test_reserve(void) {
  sampler_pipeline* pipeline = NULL;
  EXPECT(sampler_pipeline_create(kConfig, strlen(kConfig), kSize, &pipeline,
                                 &error) == SAMPLER_OK);
  fill(4);
  size_t grown[2] = {0, 0};
  for (int reserved = 0; reserved < 2; ++reserved) {
    sampler_workspace* workspace = NULL;
    sampler_sequence* sequence = NULL;
    EXPECT(sampler_workspace_create(&workspace, &error) == SAMPLER_OK);
    EXPECT(sampler_sequence_create(pipeline, 1, 0, NULL, 0, &sequence,
                                   &error) == SAMPLER_OK);
    if (reserved) {
      EXPECT(sampler_workspace_reserve(workspace, pipeline, 100, &error) ==
             SAMPLER_OK);
    }
    const size_t before = allocated();
    sample(workspace, sequence, some_mask());
    grown[reserved] = allocated() - before;
    sampler_sequence_free(sequence);
    sampler_workspace_free(workspace);
  }
  EXPECT(grown[0] > (size_t)kSize * 4);
  /* The sequence keeps the mask of its last step. */
  EXPECT(grown[1] < sizeof words + 4096);
  EXPECT(sampler_workspace_reserve(NULL, pipeline, 0, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  sampler_workspace* workspace = NULL;
  EXPECT(sampler_workspace_create(&workspace, &error) == SAMPLER_OK);
  EXPECT(sampler_workspace_reserve(workspace, NULL, 0, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_workspace_reserve(workspace, pipeline, (size_t)1 << 25,
                                   &error) == SAMPLER_OUT_OF_RANGE);
  sampler_workspace_free(workspace);
  sampler_pipeline_free(pipeline);
}

typedef struct intruder {
  sampler_workspace* workspace;
  sampler_sequence* sequence;
} intruder;

/* While a batch runs, nobody else may use its workspaces; its last worker runs
 * first. */
static void intrude(void* context, size_t workers, void (*task)(void*, size_t),
                    void* task_data) {
  const intruder* in = context;
  sampler_token token = {sizeof token, 7, SAMPLER_ROW_OK, 0};
  EXPECT(sampler_sample_with(in->workspace, in->sequence, &row, NULL, &token,
                             &error) == SAMPLER_BUSY);
  EXPECT(strcmp(text,
                "workspace: in use by another call, want one at a time") == 0);
  EXPECT(token.id == 7);
  /* One without a workspace is not in the way. */
  EXPECT(sample(NULL, in->sequence, NULL) >= 0);
  for (size_t i = workers; i-- > 0;) task(task_data, i);
}

static void test_batch(void) {
  enum { kCount = 5 };
  static sampler_sequence* sequences[kSequences];
  make_sequences(sequences);
  fill(3);
  sampler_workspace* workspaces[3] = {NULL, NULL, NULL};
  for (int i = 0; i < 3; ++i) {
    EXPECT(sampler_workspace_create(&workspaces[i], &error) == SAMPLER_OK);
  }
  sampler_token tokens[kCount];
  sampler_step steps[kCount];
  for (unsigned i = 0; i < kCount; ++i) {
    tokens[i] = (sampler_token){sizeof(sampler_token), 7, SAMPLER_ROW_OK, 0};
    steps[i] = (sampler_step){sizeof(sampler_step), sequences[i], &row, NULL,
                              &tokens[i],           NULL,         NULL};
  }
  intruder in = {workspaces[1], sequences[kCount]};
  sampler_executor executor = {intrude, &in, 3};
  EXPECT(sampler_sample_batch_with(workspaces, 2, steps, kCount, &executor,
                                   &error) == SAMPLER_INVALID_ARGUMENT);
  EXPECT(strcmp(text, "workspaces: got 2, want one for each of 3 workers") ==
         0);
  EXPECT(sampler_sample_batch_with(NULL, 3, steps, kCount, &executor, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_sample_batch_with(workspaces, 0, steps, kCount, NULL,
                                   &error) == SAMPLER_INVALID_ARGUMENT);
  sampler_workspace* const twice[] = {workspaces[0], workspaces[1],
                                      workspaces[0]};
  EXPECT(sampler_sample_batch_with(twice, 3, steps, kCount, &executor,
                                   &error) == SAMPLER_BUSY);
  EXPECT(strstr(text, "workspaces[2]: in use") != NULL);
  sampler_workspace* const gap[] = {workspaces[0], NULL, workspaces[2]};
  EXPECT(sampler_sample_batch_with(gap, 3, steps, kCount, &executor, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(strcmp(text, "workspaces[1]: got NULL") == 0);
  EXPECT(tokens[0].id == 7);

  /* Its tokens are those of single steps. What failed holds nothing. */
  EXPECT(sampler_sample_batch_with(workspaces, 3, steps, kCount, &executor,
                                   &error) == SAMPLER_OK);
  for (unsigned i = 0; i < kCount; ++i) {
    const int32_t token = tokens[i].id;
    const double in_batch = logprob(sequences[i], 0, token);
    EXPECT(sample(workspaces[i % 3], sequences[i], NULL) == token);
    EXPECT(logprob(sequences[i], 0, token) == in_batch);
  }
  EXPECT(sampler_sample_batch_with(workspaces, 1, steps, kCount, NULL,
                                   &error) == SAMPLER_OK);
  for (int i = 0; i < 3; ++i) sampler_workspace_free(workspaces[i]);
  free_sequences(sequences);
}

static void test_misuse(void) {
  sampler_token token = {sizeof token, 7, SAMPLER_ROW_OK, 0};
  sampler_workspace* workspace = NULL;
  EXPECT(sampler_workspace_create(NULL, &error) == SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_workspace_create(&workspace, &error) == SAMPLER_OK);
  EXPECT(sampler_sample_with(workspace, NULL, &row, NULL, &token, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(strcmp(text, "sequence: got NULL") == 0);
  EXPECT(sampler_sample_with(NULL, NULL, &row, NULL, &token, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(strcmp(text, "workspace: got NULL") == 0);
  sampler_workspace_free(workspace);
  sampler_workspace_free(NULL);
}

int main(void) {
  test_memory(NULL);
  sampler_workspace* workspace = NULL;
  EXPECT(sampler_workspace_create(&workspace, &error) == SAMPLER_OK);
  test_memory(workspace);
  sampler_workspace_free(workspace);
  test_last_step();
  test_reserve();
  test_batch();
  test_misuse();
  if (failures == 0) puts("workspaces hold in C");
  return failures == 0 ? 0 : 1;
}

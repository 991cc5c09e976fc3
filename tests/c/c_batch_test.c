/* Batches of the C interface from C11. Exits 0 if all holds; prints what does
 * not. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sampler/c/sampler.h"
#include "tests/c/expect.h"
#include "tests/c/sequences.h"

enum { kSize = 200, kSequences = 9 };

/* Workers one after the other, the last one first. */
static void backwards(void* calls, size_t workers, void (*task)(void*, size_t),
                      void* task_data) {
  for (size_t i = workers; i-- > 0;) task(task_data, i);
  ++*(int*)calls;
}

/* An executor that runs nothing. */
static void idle(void* calls, size_t workers, void (*task)(void*, size_t),
                 void* task_data) {
  (void)workers, (void)task, (void)task_data;
  ++*(int*)calls;
}

static sampler_sequence* held = NULL;

/* While a batch runs, nobody else may use its sequences. */
static void intrude(void* calls, size_t workers, void (*task)(void*, size_t),
                    void* task_data) {
  EXPECT(sampler_accept(held, 0, &error) == SAMPLER_BUSY);
  EXPECT(strstr(text, "sequence: in use") != NULL);
  EXPECT(sampler_rollback(held, 0, &error) == SAMPLER_BUSY);
  EXPECT(sampler_sequence_position(held) == -1);
  for (size_t i = 0; i < workers; ++i) task(task_data, i);
  ++*(int*)calls;
}

typedef struct batch {
  sampler_sequence* sequences[kSequences];
  float logits[kSequences][kSize];
  sampler_row rows[kSequences];
  sampler_token tokens[kSequences];
  sampler_step steps[kSequences];
} batch;

/* Sequences of two pipelines, whose handles are gone afterwards. */
static batch* make_batch(void) {
  sampler_pipeline* pipelines[2] = {preset_of("balanced", kSize),
                                    preset_of("llama.cpp", kSize)};
  batch* b = calloc(1, sizeof *b);
  for (unsigned i = 0; i < kSequences; ++i) {
    b->sequences[i] = sequence_of(pipelines[i % 2], 42, i);
    b->rows[i] = (sampler_row){b->logits[i], kSize, SAMPLER_F32};
    b->tokens[i].struct_size = sizeof(sampler_token);
    b->steps[i] = (sampler_step){sizeof(sampler_step),
                                 b->sequences[i],
                                 &b->rows[i],
                                 NULL,
                                 &b->tokens[i],
                                 NULL,
                                 NULL};
  }
  sampler_pipeline_free(pipelines[0]);
  sampler_pipeline_free(pipelines[1]);
  return b;
}

static void free_batch(batch* b) {
  for (unsigned i = 0; i < kSequences; ++i) {
    sampler_sequence_free(b->sequences[i]);
  }
  free(b);
}

/* A batch draws what its sequences draw alone. */
static void test_batch(void) {
  batch* together = make_batch();
  batch* alone = make_batch();
  int calls = 0;
  held = together->sequences[4];
  const sampler_executor executors[] = {{backwards, &calls, 3},
                                        {intrude, &calls, 100}};
  for (unsigned step = 0; step < 12; ++step) {
    for (unsigned i = 0; i < kSequences; ++i) {
      fill_row(together->logits[i], kSize, step * 7 + i);
      fill_row(alone->logits[i], kSize, step * 7 + i);
    }
    EXPECT(sampler_sample_batch(together->steps, kSequences,
                                step % 3 == 0 ? NULL : &executors[step % 3 - 1],
                                &error) == SAMPLER_OK);
    for (unsigned i = 0; i < kSequences; ++i) {
      EXPECT(sampler_sample(alone->sequences[i], &alone->rows[i], NULL,
                            &alone->tokens[i], &error) == SAMPLER_OK);
      EXPECT(together->tokens[i].row_status == SAMPLER_ROW_OK);
      EXPECT(together->tokens[i].id == alone->tokens[i].id);
      EXPECT(together->tokens[i].bits == alone->tokens[i].bits);
      sampler_logprob of_token;
      size_t count = 0;
      EXPECT(sampler_logprobs(together->sequences[i], &together->rows[i], 1,
                              together->tokens[i].id, &of_token, NULL, 0,
                              &count, &error) == SAMPLER_OK);
      EXPECT(of_token.id == together->tokens[i].id);
      EXPECT(sampler_accept(together->sequences[i], together->tokens[i].id,
                            &error) == SAMPLER_OK);
      EXPECT(sampler_accept(alone->sequences[i], alone->tokens[i].id, &error) ==
             SAMPLER_OK);
    }
  }
  EXPECT(calls == 8);
  free_batch(together);
  free_batch(alone);
}

/* Reports of a batch are those of sampler_logprobs; a step of the version
 * without them is one. */
static void test_reports(void) {
  batch* b = make_batch();
  sampler_logprob room[2 * kSequences][6];
  sampler_report reports[2 * kSequences];
  for (unsigned i = 0; i < kSequences; ++i) {
    for (unsigned j = 0; j < 2; ++j) {
      reports[2 * i + j] = (sampler_report){
          sizeof(sampler_report), {7, 7, 7}, room[2 * i + j], 6, 99};
    }
    b->steps[i].raw = i % 2 == 0 ? &reports[2 * i] : NULL;
    b->steps[i].processed = i % 3 == 0 ? &reports[2 * i + 1] : NULL;
  }
  b->rows[6].size = 5;
  EXPECT(sampler_sample_batch(b->steps, kSequences, NULL, &error) ==
         SAMPLER_OK);
  for (unsigned i = 0; i < kSequences; ++i) {
    for (int raw = 0; raw < 2; ++raw) {
      const sampler_report* report =
          raw ? b->steps[i].raw : b->steps[i].processed;
      if (report == NULL) continue;
      if (b->tokens[i].id < 0) {
        EXPECT(i == 6);
        EXPECT(report->count == 0 && report->of_token.id == -1);
        EXPECT(report->of_token.rank == 0 && isinf(report->of_token.logprob));
        continue;
      }
      sampler_logprob of_token, top[6];
      size_t count = 0;
      EXPECT(sampler_logprobs(b->steps[i].sequence, &b->rows[i], raw,
                              b->tokens[i].id, &of_token, top, 6, &count,
                              &error) == SAMPLER_OK);
      EXPECT(report->count == count);
      EXPECT(report->of_token.id == b->tokens[i].id);
      EXPECT(report->of_token.logprob == of_token.logprob);
      EXPECT(report->of_token.rank == of_token.rank);
      for (size_t k = 0; k < count; ++k) {
        EXPECT(report->top[k].id == top[k].id);
        EXPECT(report->top[k].rank == (int64_t)k + 1);
        EXPECT(report->top[k].logprob == top[k].logprob);
      }
    }
  }
  reports[0].top = NULL;
  EXPECT(sampler_sample_batch(b->steps, kSequences, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(strcmp(text, "steps[0]: raw: top: got NULL") == 0);
  reports[0].capacity = 0;
  EXPECT(sampler_sample_batch(b->steps, kSequences, NULL, &error) ==
         SAMPLER_OK);
  EXPECT(reports[0].count == 0 && reports[0].of_token.logprob <= 0.0);
  reports[0].struct_size = 8;
  EXPECT(sampler_sample_batch(b->steps, kSequences, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  free_batch(b);
}

static void test_misuse(void) {
  batch* b = make_batch();
  sampler_step* steps = b->steps;
  int calls = 0;
  sampler_executor executor = {idle, &calls, 2};
  for (unsigned i = 0; i < kSequences; ++i) {
    fill_row(b->logits[i], kSize, i);
    b->tokens[i].id = 77;
  }
  EXPECT(sampler_sample_batch(NULL, 0, NULL, &error) == SAMPLER_OK);
  EXPECT(sampler_sample_batch(NULL, 1, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_sample_batch(steps, kSequences, &executor, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(strcmp(text, "executor: ran 0 of 9 steps") == 0);
  executor.workers = 0;
  EXPECT(sampler_sample_batch(steps, kSequences, &executor, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  executor.run = NULL;
  EXPECT(sampler_sample_batch(steps, kSequences, &executor, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(calls == 1);

  const sampler_step good = steps[3];
  steps[3].row = NULL;
  EXPECT(sampler_sample_batch(steps, kSequences, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(strcmp(text, "steps[3]: row: got NULL") == 0);
  steps[3] = good;
  steps[3].token = NULL;
  EXPECT(sampler_sample_batch(steps, kSequences, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  steps[3] = good;
  steps[3].sequence = NULL;
  EXPECT(sampler_sample_batch(steps, kSequences, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  steps[3].sequence = steps[1].sequence;
  EXPECT(sampler_sample_batch(steps, kSequences, NULL, &error) == SAMPLER_BUSY);
  EXPECT(strstr(text, "steps[3]: sequence: in use") != NULL);
  steps[3] = good;
  steps[3].struct_size = 8;
  EXPECT(sampler_sample_batch(steps, kSequences, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  steps[3] = good;
  for (unsigned i = 0; i < kSequences; ++i) EXPECT(b->tokens[i].id == 77);

  /* What failed holds no sequence. A bad row is no failure of the batch. */
  b->rows[3].size = 5;
  EXPECT(sampler_sample_batch(steps, kSequences, NULL, &error) == SAMPLER_OK);
  EXPECT(b->tokens[3].id == -1);
  EXPECT(b->tokens[3].row_status == SAMPLER_ROW_WRONG_SIZE);
  EXPECT(b->tokens[4].row_status == SAMPLER_ROW_OK);
  free_batch(b);
}

int main(void) {
  test_batch();
  test_reports();
  test_misuse();
  if (failures == 0) puts("batches hold in C");
  return failures == 0 ? 0 : 1;
}

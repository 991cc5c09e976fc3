/* The C interface from C11: a loop, its misuse, its errors. Exits 0 if all
 * holds; prints what does not. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sampler/c/sampler.h"
#include "tests/c/expect.h"

enum { kSize = 64 };

static const char kConfig[] =
    "{\"version\": 1, \"stages\": ["
    "{\"type\": \"repetition_penalty\", \"penalty\": 1.3},"
    "{\"type\": \"temperature\", \"temperature\": 0.8},"
    "{\"type\": \"top_p\", \"p\": 0.95}, {\"type\": \"categorical\"}]}";

static sampler_pipeline* make_pipeline(void) {
  sampler_pipeline* pipeline = NULL;
  EXPECT(sampler_pipeline_create(kConfig, strlen(kConfig), kSize, &pipeline,
                                 &error) == SAMPLER_OK);
  return pipeline;
}

static sampler_sequence* make_sequence(const sampler_pipeline* pipeline,
                                       uint64_t seed) {
  const int32_t prompt[] = {1, 2, 3};
  sampler_sequence* sequence = NULL;
  EXPECT(sampler_sequence_create(pipeline, seed, 0, prompt, 3, &sequence,
                                 &error) == SAMPLER_OK);
  return sequence;
}

static void fill(float* logits, unsigned step) {
  for (unsigned i = 0; i < kSize; ++i) {
    logits[i] = (float)((i * 37u + step * 11u) % 41u) / 8.0f;
  }
}

static int32_t step_of(sampler_sequence* sequence, const sampler_row* row) {
  sampler_token token = {sizeof token, 0, SAMPLER_ROW_OK, 0};
  EXPECT(sampler_sample(sequence, row, NULL, &token, &error) == SAMPLER_OK);
  EXPECT(token.row_status == SAMPLER_ROW_OK);
  return token.id;
}

static int32_t step(sampler_sequence* sequence, const float* logits) {
  const sampler_row row = {logits, kSize, SAMPLER_F32};
  return step_of(sequence, &row);
}

/* Generation, rollback, snapshot: the same tokens again. The pipeline's handle
 * is gone by then. */
static void test_loop(void) {
  sampler_pipeline* pipeline = make_pipeline();
  sampler_sequence* sequence = make_sequence(pipeline, 42);
  float logits[kSize];
  int32_t tokens[20];
  char* snapshot = NULL;
  size_t size = 0;
  for (unsigned i = 0; i < 20; ++i) {
    fill(logits, i);
    tokens[i] = step(sequence, logits);
    EXPECT(step(sequence, logits) == tokens[i]);
    EXPECT(sampler_accept(sequence, tokens[i], &error) == SAMPLER_OK);
  }
  EXPECT(sampler_sequence_position(sequence) == 20);
  EXPECT(sampler_rollback(sequence, 15, &error) == SAMPLER_OK);
  EXPECT(sampler_sequence_snapshot(sequence, NULL, 0, &size, &error) ==
         SAMPLER_OUT_OF_RANGE);
  snapshot = malloc(size);
  EXPECT(sampler_sequence_snapshot(sequence, snapshot, size, &size, &error) ==
         SAMPLER_OK);
  sampler_sequence* restored = NULL;
  EXPECT(sampler_sequence_restore(pipeline, snapshot, size, &restored,
                                  &error) == SAMPLER_OK);
  sampler_pipeline_free(pipeline);
  for (unsigned i = 5; i < 20; ++i) {
    fill(logits, i);
    EXPECT(step(sequence, logits) == tokens[i]);
    EXPECT(step(restored, logits) == tokens[i]);
    EXPECT(sampler_accept(sequence, tokens[i], &error) == SAMPLER_OK);
    EXPECT(sampler_accept(restored, tokens[i], &error) == SAMPLER_OK);
  }
  free(snapshot);
  sampler_sequence_free(restored);
  sampler_sequence_free(sequence);
}

static void test_logprobs(void) {
  sampler_pipeline* pipeline = make_pipeline();
  sampler_sequence* sequence = make_sequence(pipeline, 1);
  float logits[kSize];
  fill(logits, 3);
  const sampler_row row = {logits, kSize, SAMPLER_F32};
  sampler_logprob top[5];
  sampler_logprob of_token;
  size_t count = 0;
  EXPECT(sampler_logprobs(sequence, &row, 1, 0, &of_token, top, 5, &count,
                          &error) == SAMPLER_INVALID_ARGUMENT);
  const int32_t token = step(sequence, logits);
  for (int raw = 0; raw < 2; ++raw) {
    EXPECT(sampler_logprobs(sequence, &row, raw, token, &of_token, top, 5,
                            &count, &error) == SAMPLER_OK);
    EXPECT(count == 5);
    EXPECT(of_token.id == token && of_token.logprob < 0.0);
    for (size_t i = 0; i < count; ++i) {
      EXPECT(top[i].rank == (int64_t)i + 1);
      EXPECT(i == 0 || top[i].logprob <= top[i - 1].logprob);
    }
  }
  EXPECT(sampler_logprobs(sequence, &row, 1, kSize, &of_token, top, 5, &count,
                          &error) == SAMPLER_OUT_OF_RANGE);
  EXPECT(sampler_logprobs(sequence, &row, 1, -1, &of_token, top, 5, &count,
                          &error) == SAMPLER_OUT_OF_RANGE);
  /* A row that cannot be that of the step, and what must not be NULL. */
  for (int raw = 0; raw < 2; ++raw) {
    const sampler_row rows[] = {
        {logits, kSize - 1, SAMPLER_F32}, {logits, kSize / 2, SAMPLER_F64},
        {logits, 0, SAMPLER_F32},         {NULL, 0, SAMPLER_F32},
        {NULL, kSize, SAMPLER_F32},       {logits, kSize, (sampler_dtype)4}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
      of_token.id = -7;
      EXPECT(sampler_logprobs(sequence, &rows[i], raw, token, &of_token, top, 5,
                              &count, &error) == SAMPLER_INVALID_ARGUMENT);
      EXPECT(of_token.id == -7);
    }
    EXPECT(sampler_logprobs(sequence, NULL, raw, token, &of_token, top, 5,
                            &count, &error) == SAMPLER_INVALID_ARGUMENT);
    EXPECT(sampler_logprobs(sequence, &row, raw, token, &of_token, NULL, 5,
                            &count, &error) == SAMPLER_INVALID_ARGUMENT);
    EXPECT(sampler_logprobs(sequence, &row, raw, token, &of_token, top, 5, NULL,
                            &error) == SAMPLER_INVALID_ARGUMENT);
    EXPECT(sampler_logprobs(NULL, &row, raw, token, &of_token, top, 5, &count,
                            &error) == SAMPLER_INVALID_ARGUMENT);
    EXPECT(sampler_logprobs(sequence, &row, raw, token, NULL, NULL, 0, &count,
                            &error) == SAMPLER_OK);
    EXPECT(count == 0);
  }
  sampler_sequence_free(sequence);
  sampler_pipeline_free(pipeline);
}

/* Every token that is left has a logprob, however unlikely. */
static void test_unlikely(void) {
  const char config[] =
      "{\"version\": 1, \"stages\": [{\"type\": \"suppress_tokens\","
      "\"ids\": [2]}, {\"type\": \"categorical\"}]}";
  const float logits[] = {0, -40, 1, -1000};
  const sampler_row row = {logits, 4, SAMPLER_F32};
  sampler_pipeline* pipeline = NULL;
  EXPECT(sampler_pipeline_create(config, strlen(config), 4, &pipeline,
                                 &error) == SAMPLER_OK);
  sampler_sequence* sequence = make_sequence(pipeline, 1);
  EXPECT(step_of(sequence, &row) == 0);
  sampler_logprob of_token, top[9];
  size_t count = 0;
  EXPECT(sampler_logprobs(sequence, &row, 0, 1, &of_token, top, 9, &count,
                          &error) == SAMPLER_OK);
  EXPECT(count == 3 && top[1].id == 1 && top[2].id == 3);
  EXPECT(of_token.logprob == -40.0 && of_token.rank == 2);
  EXPECT(top[2].logprob == -1000.0);
  EXPECT(sampler_logprobs(sequence, &row, 0, 2, &of_token, top, 9, &count,
                          &error) == SAMPLER_OK);
  EXPECT(isinf(of_token.logprob) && of_token.rank == 0);
  EXPECT(sampler_logprobs(sequence, &row, 1, 2, &of_token, top, 9, &count,
                          &error) == SAMPLER_OK);
  EXPECT(count == 4 && of_token.rank == 1);
  EXPECT(fabs(of_token.logprob + 0.31326168751822286) < 1e-15);
  sampler_sequence_free(sequence);
  sampler_pipeline_free(pipeline);
}

/* A token that is refused is drawn again with other random numbers, and the
 * attempt that is noted beside it repeats the draw. */
static void test_redraw(void) {
  sampler_pipeline* pipeline = make_pipeline();
  sampler_sequence* sequence = make_sequence(pipeline, 42);
  float logits[kSize];
  int32_t tokens[20];
  unsigned others = 0;
  fill(logits, 0);
  EXPECT(sampler_sequence_attempt(sequence) == 0);
  for (unsigned i = 0; i < 20; ++i) {
    tokens[i] = step(sequence, logits);
    others += tokens[i] != tokens[0];
    EXPECT(sampler_redraw(sequence, 0, &error) == SAMPLER_OK);
    EXPECT(sampler_sequence_attempt(sequence) == i + 1);
  }
  EXPECT(others > 0);
  for (unsigned i = 0; i < 20; ++i) {
    EXPECT(sampler_sequence_set_attempt(sequence, i, &error) == SAMPLER_OK);
    EXPECT(step(sequence, logits) == tokens[i]);
  }
  EXPECT(sampler_accept(sequence, 0, &error) == SAMPLER_OK);
  EXPECT(sampler_accept(sequence, 1, &error) == SAMPLER_OK);
  EXPECT(sampler_redraw(sequence, 1, &error) == SAMPLER_OK);
  EXPECT(sampler_sequence_position(sequence) == 1);
  EXPECT(sampler_sequence_attempt(sequence) == 20);
  EXPECT(sampler_rollback(sequence, 1, &error) == SAMPLER_OK);
  EXPECT(sampler_sequence_attempt(sequence) == 20);
  EXPECT(step(sequence, logits) != -1);

  EXPECT(sampler_redraw(sequence, 1, &error) == SAMPLER_OUT_OF_RANGE);
  EXPECT(sampler_redraw(sequence, -1, &error) == SAMPLER_OUT_OF_RANGE);
  EXPECT(sampler_sequence_set_attempt(sequence, UINT32_MAX, &error) ==
         SAMPLER_OK);
  EXPECT(sampler_redraw(sequence, 0, &error) == SAMPLER_OUT_OF_RANGE);
  EXPECT(sampler_sequence_attempt(sequence) == UINT32_MAX);
  EXPECT(sampler_redraw(NULL, 0, &error) == SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_sequence_attempt(NULL) == -1);
  EXPECT(sampler_sequence_set_attempt(NULL, 0, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  sampler_sequence_free(sequence);
  sampler_pipeline_free(pipeline);
}

/* A fork has the text, and random numbers of its own; one of the same stream is
 * a copy. */
static void test_fork(void) {
  sampler_pipeline* pipeline = make_pipeline();
  sampler_sequence* sequence = make_sequence(pipeline, 42);
  sampler_sequence* copy = NULL;
  sampler_sequence* fork = NULL;
  float logits[kSize];
  for (unsigned i = 0; i < 5; ++i) {
    fill(logits, i);
    EXPECT(sampler_accept(sequence, step(sequence, logits), &error) ==
           SAMPLER_OK);
  }
  EXPECT(sampler_sequence_fork(sequence, 0, &copy, &error) == SAMPLER_OK);
  EXPECT(sampler_sequence_fork(sequence, 1, &fork, &error) == SAMPLER_OK);
  EXPECT(sampler_sequence_position(fork) == 5);
  unsigned same = 0;
  for (unsigned i = 5; i < 25; ++i) {
    fill(logits, i);
    const int32_t token = step(sequence, logits);
    EXPECT(step(copy, logits) == token);
    same += step(fork, logits) == token;
    sampler_sequence* const all[] = {sequence, copy, fork};
    for (int k = 0; k < 3; ++k) {
      EXPECT(sampler_accept(all[k], token, &error) == SAMPLER_OK);
    }
  }
  EXPECT(same < 20);
  EXPECT(sampler_sequence_fork(NULL, 1, &fork, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_sequence_fork(sequence, 1, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(strcmp(text, "fork: got NULL") == 0);
  sampler_sequence_free(fork);
  sampler_sequence_free(copy);
  sampler_sequence_free(sequence);
  sampler_pipeline_free(pipeline);
}

static void test_misuse(void) {
  sampler_pipeline* pipeline = make_pipeline();
  sampler_sequence* sequence = make_sequence(pipeline, 1);
  sampler_pipeline* none = NULL;
  float logits[kSize];
  fill(logits, 0);
  sampler_row row = {logits, kSize, SAMPLER_F32};
  sampler_token token = {sizeof token, 7, SAMPLER_ROW_OK, 0};

  const char wrong[] = "{\"version\": 1, \"stages\": [{\"type\": \"topp\"}]}";
  EXPECT(sampler_pipeline_create(wrong, strlen(wrong), kSize, &none, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(none == NULL);
  EXPECT(strstr(text, "did you mean \"top_p\"?") != NULL);
  char little[8];
  sampler_error cut = {little, sizeof little};
  EXPECT(sampler_pipeline_create(wrong, strlen(wrong), kSize, &none, &cut) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(strlen(little) == 7);
  EXPECT(sampler_pipeline_create(kConfig, strlen(kConfig), 0, &none, NULL) !=
         SAMPLER_OK);

  EXPECT(sampler_pipeline_create(NULL, 0, kSize, &none, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_pipeline_create(kConfig, 1, kSize, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_sequence_create(NULL, 0, 0, NULL, 0, &sequence, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_sequence_create(pipeline, 0, 0, NULL, 3, &sequence, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_sample(NULL, &row, NULL, &token, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_sample(sequence, NULL, NULL, &token, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_sample(sequence, &row, NULL, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  sampler_token unset = {0, 0, SAMPLER_ROW_OK, 0};
  EXPECT(sampler_sample(sequence, &row, NULL, &unset, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  row.dtype = (sampler_dtype)9;
  EXPECT(sampler_sample(sequence, &row, NULL, &token, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(strcmp(text, "row: dtype: got 9, want 0 (f32) to 3 (f64)") == 0);
  row.dtype = SAMPLER_F32;
  EXPECT(token.id == 7); /* Untouched by what failed. */

  /* A bad row is no failure. */
  row.size = kSize - 1;
  EXPECT(sampler_sample(sequence, &row, NULL, &token, &error) == SAMPLER_OK);
  EXPECT(token.id == -1 && token.row_status == SAMPLER_ROW_WRONG_SIZE);
  row.size = kSize;
  logits[5] = NAN;
  EXPECT(sampler_sample(sequence, &row, NULL, &token, &error) == SAMPLER_OK);
  EXPECT(token.id == -1 && token.row_status == SAMPLER_ROW_NAN);

  EXPECT(sampler_accept(sequence, kSize, &error) == SAMPLER_OUT_OF_RANGE);
  EXPECT(sampler_accept(NULL, 0, &error) == SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_rollback(sequence, 1, &error) == SAMPLER_OUT_OF_RANGE);
  EXPECT(sampler_sequence_position(NULL) == -1);
  sampler_sequence* other = NULL;
  EXPECT(sampler_sequence_restore(pipeline, "{}", 2, &other, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(other == NULL);
  sampler_sequence_free(NULL);
  sampler_pipeline_free(NULL);
  sampler_sequence_free(sequence);
  sampler_pipeline_free(pipeline);
}

/* Seeds that nobody chose differ. */
static void test_random_seed(void) {
  uint64_t a = 0;
  uint64_t b = 0;
  EXPECT(sampler_random_seed(&a, &error) == SAMPLER_OK);
  EXPECT(sampler_random_seed(&b, &error) == SAMPLER_OK);
  EXPECT(a != b);
  EXPECT(sampler_random_seed(NULL, &error) == SAMPLER_INVALID_ARGUMENT);
}

int main(void) {
  EXPECT(strcmp(sampler_version(), SAMPLER_VERSION) == 0);
  EXPECT(strlen(sampler_instruction_set()) > 0);
  EXPECT(sampler_check_instruction_set(&error) == SAMPLER_OK);
  test_loop();
  test_logprobs();
  test_redraw();
  test_unlikely();
  test_fork();
  test_misuse();
  test_random_seed();
  if (failures == 0) puts("the C interface holds");
  return failures == 0 ? 0 : 1;
}

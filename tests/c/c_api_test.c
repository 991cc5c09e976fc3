/* The C interface from C11: logprobs, misuse, errors. Exits 0 if all holds;
 * prints what does not. */

#include <math.h>
#include <string.h>

#include "sampler/c/sampler.h"
#include "tests/c/expect.h"
#include "tests/c/sequences.h"
#include "tests/c/usual_chain.h"

static void test_logprobs(void) {
  sampler_pipeline* pipeline = pipeline_of(kConfig, kSize);
  sampler_sequence* sequence = prompted(pipeline, 1);
  float logits[kSize];
  fill_row(logits, kSize, 3);
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
  sampler_pipeline* pipeline = pipeline_of(config, 4);
  sampler_sequence* sequence = prompted(pipeline, 1);
  EXPECT(draw_from(sequence, &row) == 0);
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

static void test_misuse(void) {
  sampler_pipeline* pipeline = pipeline_of(kConfig, kSize);
  sampler_sequence* sequence = prompted(pipeline, 1);
  sampler_pipeline* none = NULL;
  float logits[kSize];
  fill_row(logits, kSize, 0);
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

int main(void) {
  EXPECT(strcmp(sampler_version(), SAMPLER_VERSION) == 0);
  EXPECT(strlen(sampler_instruction_set()) > 0);
  EXPECT(sampler_check_instruction_set(&error) == SAMPLER_OK);
  test_logprobs();
  test_unlikely();
  test_misuse();
  if (failures == 0) puts("the C interface holds");
  return failures == 0 ? 0 : 1;
}

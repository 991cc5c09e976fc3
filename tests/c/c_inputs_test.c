/* Presets and inputs of a step (masks, and what no stage reads) of the C
 * interface from C11. Exits 0 if all holds; prints what does not. */

#include <string.h>

#include "sampler/c/sampler.h"
#include "tests/c/expect.h"
#include "tests/c/sequences.h"

enum { kSize = 200 };

static void test_presets(void) {
  size_t count = 0;
  for (; sampler_preset_name(count) != NULL; ++count) {
    sampler_pipeline_free(preset_of(sampler_preset_name(count), kSize));
  }
  EXPECT(count >= 20);
  EXPECT(sampler_preset_name(count + 1) == NULL);
  sampler_pipeline* none = NULL;
  EXPECT(sampler_pipeline_from_preset("balance", kSize, &none, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(strcmp(text,
                "unknown preset \"balance\", did you mean \"balanced\"?") == 0);
  EXPECT(sampler_pipeline_from_preset(NULL, kSize, &none, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_pipeline_from_preset("greedy", kSize, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_pipeline_from_preset("greedy", 0, &none, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(none == NULL);
}

/* Only what the mask allows. */
static void test_mask(void) {
  static const char config[] =
      "{\"version\": 1, \"stages\": [{\"type\": \"mask\"},"
      "{\"type\": \"categorical\"}]}";
  sampler_pipeline* pipeline = pipeline_of(config, kSize);
  sampler_sequence* sequence = sequence_of(pipeline, 42, 0);
  float logits[kSize];
  fill_row(logits, kSize, 3);
  const sampler_row row = {logits, kSize, SAMPLER_F32};
  uint32_t mask[(kSize + 31) / 32] = {0};
  mask[2] = 1u << 5 | 1u << 9;
  sampler_inputs inputs = {
      sizeof inputs, mask, (kSize + 31) / 32, {NULL, 0, SAMPLER_F32}, NULL};
  sampler_token token = {sizeof token, 0, SAMPLER_ROW_OK, 0};
  for (int i = 0; i < 20; ++i) {
    EXPECT(sampler_sample(sequence, &row, &inputs, &token, &error) ==
           SAMPLER_OK);
    EXPECT(token.id == 69 || token.id == 73);
    sampler_logprob of_token, top[4];
    size_t count = 0;
    EXPECT(sampler_logprobs(sequence, &row, 0, token.id, &of_token, top, 4,
                            &count, &error) == SAMPLER_OK);
    EXPECT(count == 2 && of_token.logprob <= 0.0);
    EXPECT(sampler_accept(sequence, token.id, &error) == SAMPLER_OK);
  }
  /* A mask that ends early bans the rest; without one all may be drawn. */
  inputs.mask_words = 2;
  EXPECT(sampler_sample(sequence, &row, &inputs, &token, &error) == SAMPLER_OK);
  EXPECT(token.id == -1 && token.row_status == SAMPLER_ROW_NO_CANDIDATE);
  sampler_logprob of_token;
  size_t count = 0;
  EXPECT(sampler_logprobs(sequence, &row, 0, 0, &of_token, NULL, 0, &count,
                          &error) == SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_sample(sequence, &row, NULL, &token, &error) == SAMPLER_OK);
  EXPECT(token.row_status == SAMPLER_ROW_OK);
  inputs.struct_size = 0;
  EXPECT(sampler_sample(sequence, &row, &inputs, &token, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  sampler_sequence_free(sequence);
  sampler_pipeline_free(pipeline);
}

/* An input that no stage reads is an error of the row, a size without data one
 * of the call. */
static void test_unused_inputs(void) {
  sampler_pipeline* pipeline = preset_of("creative", kSize);
  sampler_sequence* sequence = sequence_of(pipeline, 42, 0);
  float logits[kSize];
  fill_row(logits, kSize, 3);
  const sampler_row row = {logits, kSize, SAMPLER_F32};
  const uint32_t mask[(kSize + 31) / 32] = {0};
  const double uniform = 0.5;
  sampler_token token = {sizeof token, 0, SAMPLER_ROW_OK, 0};
  for (int i = 0; i < 3; ++i) {
    sampler_inputs inputs = {
        sizeof inputs, NULL, 0, {NULL, 0, SAMPLER_F32}, NULL};
    EXPECT(sampler_sample(sequence, &row, &inputs, &token, &error) ==
           SAMPLER_OK);
    EXPECT(token.row_status == SAMPLER_ROW_OK);
    if (i == 0) {
      inputs.mask = mask;
      inputs.mask_words = (kSize + 31) / 32;
    } else if (i == 1) {
      inputs.unconditional = row;
    } else {
      inputs.uniform = &uniform;
    }
    EXPECT(sampler_sample(sequence, &row, &inputs, &token, &error) ==
           SAMPLER_OK);
    EXPECT(token.id == -1 && token.row_status == SAMPLER_ROW_UNUSED_INPUT);
    const sampler_step step = {sizeof step, sequence, &row, &inputs,
                               &token,      NULL,     NULL};
    EXPECT(sampler_sample_batch(&step, 1, NULL, &error) == SAMPLER_OK);
    EXPECT(token.id == -1 && token.row_status == SAMPLER_ROW_UNUSED_INPUT);
  }
  sampler_inputs inputs = {
      sizeof inputs, NULL, 3, {NULL, 0, SAMPLER_F32}, NULL};
  EXPECT(sampler_sample(sequence, &row, &inputs, &token, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(strcmp(text, "inputs: mask: got NULL") == 0);
  inputs.mask_words = 0;
  inputs.unconditional.size = kSize;
  EXPECT(sampler_sample(sequence, &row, &inputs, &token, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  sampler_sequence_free(sequence);
  sampler_pipeline_free(pipeline);
}

int main(void) {
  test_presets();
  test_mask();
  test_unused_inputs();
  if (failures == 0) puts("presets and inputs hold in C");
  return failures == 0 ? 0 : 1;
}

/* The same through the C interface, from a preset. */

#include <stdio.h>

#include "sampler/c/sampler.h"

#if SAMPLER_VERSION_NUMBER < SAMPLER_MAKE_VERSION(0, 2, 0)
#error "these headers are older than the consumer"
#endif

int main(void) {
  sampler_pipeline* pipeline = NULL;
  sampler_sequence* sequence = NULL;
  char text[200];
  sampler_error error = {text, sizeof text};
  if (sampler_pipeline_from_preset("greedy", 4, &pipeline, &error) ||
      sampler_sequence_create(pipeline, 1, 0, NULL, 0, &sequence, &error)) {
    puts(text);
    return 1;
  }
  const float logits[] = {0.5f, 2.0f, -1.0f, 1.0f};
  const sampler_row row = {logits, 4, SAMPLER_F32};
  sampler_token token = {sizeof token, 0, SAMPLER_ROW_OK, 0};
  const sampler_status status =
      sampler_sample(sequence, &row, NULL, &token, &error);
  printf("token %d, version %s\n", (int)token.id, sampler_version());
  sampler_sequence_free(sequence);
  sampler_pipeline_free(pipeline);
  return status == SAMPLER_OK && token.id == 1 ? 0 : 1;
}

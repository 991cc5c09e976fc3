/* Pipelines, sequences and rows for the C programs. */

#ifndef SAMPLER_TESTS_C_SEQUENCES_H_
#define SAMPLER_TESTS_C_SEQUENCES_H_

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sampler/c/sampler.h"
#include "tests/c/expect.h"

static inline sampler_pipeline* pipeline_of(const char* config, int64_t size) {
  sampler_pipeline* pipeline = NULL;
  EXPECT(sampler_pipeline_create(config, strlen(config), size, &pipeline,
                                 &error) == SAMPLER_OK);
  return pipeline;
}

static inline sampler_pipeline* preset_of(const char* name, int64_t size) {
  sampler_pipeline* pipeline = NULL;
  EXPECT(sampler_pipeline_from_preset(name, size, &pipeline, &error) ==
         SAMPLER_OK);
  return pipeline;
}

/* Without a prompt. */
static inline sampler_sequence* sequence_of(const sampler_pipeline* pipeline,
                                            uint64_t seed, uint32_t stream) {
  sampler_sequence* sequence = NULL;
  EXPECT(sampler_sequence_create(pipeline, seed, stream, NULL, 0, &sequence,
                                 &error) == SAMPLER_OK);
  return sequence;
}

/* Of a pipeline that nobody else needs. */
static inline sampler_sequence* sequence_under(const char* config, int64_t size,
                                               uint64_t seed, uint32_t stream) {
  sampler_pipeline* pipeline = pipeline_of(config, size);
  sampler_sequence* sequence = sequence_of(pipeline, seed, stream);
  sampler_pipeline_free(pipeline);
  return sequence;
}

/* Logits of a step, no two steps alike. */
static inline void fill_row(float* logits, unsigned size, unsigned step) {
  for (unsigned i = 0; i < size; ++i) {
    logits[i] = (float)((i * 37u + step * 11u) % 101u) / 16.0f;
  }
}

/* The token that is drawn. */
static inline int32_t draw_from(sampler_sequence* sequence,
                                const sampler_row* row) {
  sampler_token token = {sizeof token, 0, SAMPLER_ROW_OK, 0};
  EXPECT(sampler_sample(sequence, row, NULL, &token, &error) == SAMPLER_OK);
  EXPECT(token.row_status == SAMPLER_ROW_OK);
  return token.id;
}

#endif /* SAMPLER_TESTS_C_SEQUENCES_H_ */

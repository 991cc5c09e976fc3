/* A usual chain over a small vocabulary, for the C programs. */

#ifndef SAMPLER_TESTS_C_USUAL_CHAIN_H_
#define SAMPLER_TESTS_C_USUAL_CHAIN_H_

#include "sampler/c/sampler.h"
#include "tests/c/sequences.h"

enum { kSize = 64 };

static const char kConfig[] =
    "{\"version\": 1, \"stages\": ["
    "{\"type\": \"repetition_penalty\", \"penalty\": 1.3},"
    "{\"type\": \"temperature\", \"temperature\": 0.8},"
    "{\"type\": \"top_p\", \"p\": 0.95}, {\"type\": \"categorical\"}]}";

/* A sequence with a prompt. */
static inline sampler_sequence* prompted(const sampler_pipeline* pipeline,
                                         uint64_t seed) {
  const int32_t prompt[] = {1, 2, 3};
  sampler_sequence* sequence = NULL;
  EXPECT(sampler_sequence_create(pipeline, seed, 0, prompt, 3, &sequence,
                                 &error) == SAMPLER_OK);
  return sequence;
}

/* The token that is drawn. */
static inline int32_t step(sampler_sequence* sequence, const float* logits) {
  const sampler_row row = {logits, kSize, SAMPLER_F32};
  return draw_from(sequence, &row);
}

#endif /* SAMPLER_TESTS_C_USUAL_CHAIN_H_ */

/* A draft and a target of four tokens, for the C programs that speculate. */

#ifndef SAMPLER_TESTS_C_TOY_MODELS_H_
#define SAMPLER_TESTS_C_TOY_MODELS_H_

#include "sampler/c/sampler.h"

enum { kSize = 4, kTexts = 20000 };

/* The model: the target's logits, or the draft's, after one token. */
typedef struct model {
  int draft;
  sampler_status fails;
  double row[kSize];
} model;

/* The logits after a text of `count` tokens. */
static inline sampler_status row_of(model* of, const int32_t* tokens,
                                    size_t count, sampler_row* row) {
  if (of->fails != SAMPLER_OK) return of->fails;
  const int last = count == 0 ? 0 : tokens[count - 1] + 1;
  for (int id = 0; id < kSize; ++id) {
    of->row[id] = 0.5 * ((id * (of->draft ? 1 : 2) + last) % 3);
  }
  *row = (sampler_row){of->row, kSize, SAMPLER_F64};
  return SAMPLER_OK;
}

#endif /* SAMPLER_TESTS_C_TOY_MODELS_H_ */

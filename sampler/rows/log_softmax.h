// The log-softmax of a whole row other than the sampled one (the second row of
// `guidance`), in the arithmetic of Candidates::Normalize:
//
//   ln p_i = (l_i - M) - Log(S * 2^-51),   M = max l, S the exact mass
//
// Thread-safety: a pure function.
// Cost: two passes over the row, of which one weighs it exactly; no allocation.
// Tested by: tests/stages/edits/guidance_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_ROWS_LOG_SOFTMAX_H_
#define SAMPLER_ROWS_LOG_SOFTMAX_H_

#include "sampler/kernels/edits/guide.h"
#include "sampler/logits.h"

namespace sampler {

// M and the logarithm. A NaN or +inf anywhere in the row makes every
// log-probability NaN; a row without a finite value leaves -inf as it is.
kernels::LogNormalizer LogNormalizerOf(Logits row);

}  // namespace sampler

#endif  // SAMPLER_ROWS_LOG_SOFTMAX_H_

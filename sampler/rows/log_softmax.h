// The log-softmax of a whole row other than the sampled one (the second row of
// `guidance`), in the arithmetic of Candidates::Normalize:
//
//   ln p_i = (l_i - M) - Log(S * 2^-51),   M = max l, S the exact mass
//
// Contract: -inf stays -inf. A NaN or +inf anywhere in the row makes every
//   answer NaN; a row without a finite value makes every answer -inf.
// Thread-safety: immutable after construction. The row must stay unchanged.
// Cost: two passes over the row to construct, O(1) per answer; no allocation.
// Tested by: tests/stages/edits/guidance_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_ROWS_LOG_SOFTMAX_H_
#define SAMPLER_ROWS_LOG_SOFTMAX_H_

#include <cstddef>

#include "sampler/logits.h"

namespace sampler {

class LogSoftmax {
 public:
  explicit LogSoftmax(Logits row);

  double operator[](std::size_t id) const {
    return (row_[id] - max_) - log_sum_;
  }

 private:
  Logits row_;
  double max_;
  double log_sum_;
};

}  // namespace sampler

#endif  // SAMPLER_ROWS_LOG_SOFTMAX_H_

// A range of logits: low <= l < high.
//
// A plain value.

#ifndef SAMPLER_ROWS_LOGIT_RANGE_H_
#define SAMPLER_ROWS_LOGIT_RANGE_H_

#include <algorithm>
#include <limits>

namespace sampler {

struct LogitRange {
  double low;
  double high = std::numeric_limits<double>::infinity();

  bool Contains(double logit) const { return low <= logit && logit < high; }
};

// Below every finite logit's neighbour: a range from here on holds them all.
inline constexpr double kLowestLogit = std::numeric_limits<double>::lowest();

// All finite logits of at least `threshold`.
inline LogitRange Reaching(double threshold) {
  return {std::max(threshold, kLowestLogit)};
}

}  // namespace sampler

#endif  // SAMPLER_ROWS_LOGIT_RANGE_H_

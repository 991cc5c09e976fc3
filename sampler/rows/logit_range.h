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

// The lowest finite double: a range that starts here holds every finite logit.
inline constexpr double kLowestLogit = std::numeric_limits<double>::lowest();

// The range of all finite logits >= threshold.
inline LogitRange AtLeast(double threshold) {
  return {std::max(threshold, kLowestLogit)};
}

}  // namespace sampler

#endif  // SAMPLER_ROWS_LOGIT_RANGE_H_

// Logits pushed away from those of another row, many at a time: what guidance
// (stages/edits/guidance.h) is made of.
//
// Vector and scalar code do the same operations in the same order, so results
// are the same bits everywhere.
//
// Thread-safety: pure functions.
// Tested by: tests/kernels/edits/guide_test.cc (every instruction set against a
//   plain loop).

#ifndef SAMPLER_KERNELS_EDITS_GUIDE_H_
#define SAMPLER_KERNELS_EDITS_GUIDE_H_

#include <cstddef>

#include "absl/types/span.h"

namespace sampler::kernels {

// What turns logits into log-probabilities: (l - max) - log_sum. The default
// leaves them.
struct LogNormalizer {
  double max = 0.0;
  double log_sum = 0.0;
};

struct GuideRule {
  double scale;
  LogNormalizer own;
  LogNormalizer other;
};

// With l and g for values[i] and other[i], both normalized: values[i] = g +
// scale (l - g). Where l is -inf it stays so; where only g is -inf, the value
// is the limit: +inf if scale > 1, else -inf. A NaN in g gives a NaN. REQUIRES:
// as many others as values; no value is NaN; scale is finite and not negative.
void Guide(const GuideRule& rule, absl::Span<const double> other,
           absl::Span<double> values);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_EDITS_GUIDE_H_

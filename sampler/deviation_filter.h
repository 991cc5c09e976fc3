// Where the standard deviation of a row's logits lies: what a threshold of so
// many deviations is tried on before the exact sums are made.
//
// From float32 sums (kernels/spread.h) around a center near the mean. Beyond
// their error the bounds allow for 1e-10 of the sum of the squares: for what is
// done in double, here and in the exact sums; and for the rounding of scaled
// logits, below 2^-50 of each.
//
// Thread-safety: pure functions.
// Cost: one read of the row.
// Tested by: tests/deviation_filter_test.cc.

#ifndef SAMPLER_DEVIATION_FILTER_H_
#define SAMPLER_DEVIATION_FILTER_H_

#include <optional>

#include "sampler/dense_row.h"

namespace sampler {

// low <= exact <= high.
struct DeviationBounds {
  double low;
  double high;
};

// Bounds of sqrt(sum (l - mean)^2 / degrees) over the finite values. Nothing
// where there are none worth having: filter off (mass_filter.h), few values,
// values stored as doubles, or values that are large or far apart. REQUIRES:
// degrees >= 1; row.status() is kOk.
std::optional<DeviationBounds> BoundDeviation(const DenseRow& row,
                                              double degrees);

}  // namespace sampler

#endif  // SAMPLER_DEVIATION_FILTER_H_

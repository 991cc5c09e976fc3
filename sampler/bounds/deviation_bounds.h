// Where the standard deviation of a row's logits lies: what a threshold of so
// many deviations is tried on before the exact sums are made.
//
// From float32 sums (kernels/spread.h) around a center near the mean. Beyond
// their error the bounds allow for 1e-10 of the sum of the squares: for what is
// done in double, here and in the exact sums; and for the rounding of scaled
// logits, by each factor. Proved: tests/proof/spread.g, scaled_logits.g and
// claims.sollya.
//
// Thread-safety: pure functions.
// Cost: one read of the row.
// Tested by: tests/bounds/deviation_bounds_test.cc.

#ifndef SAMPLER_BOUNDS_DEVIATION_BOUNDS_H_
#define SAMPLER_BOUNDS_DEVIATION_BOUNDS_H_

#include <optional>

#include "sampler/rows/candidate_set.h"

namespace sampler {

// low <= exact <= high.
struct DeviationInterval {
  double low;
  double high;
};

// Bounds of sqrt(sum (l - mean)^2 / degrees) over all candidates. Nothing where
// there are none worth having: few candidates, logits stored as doubles, or
// logits that are large or far apart. REQUIRES: degrees >= 1; set.status() is
// kOk.
std::optional<DeviationInterval> BoundDeviation(const CandidateSet& set,
                                                double degrees);

}  // namespace sampler

#endif  // SAMPLER_BOUNDS_DEVIATION_BOUNDS_H_

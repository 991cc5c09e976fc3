// Sums over a stretch without keeping its weights: exactly the mass and the
// mass in an interval, and the lanes of floating sums (lane_sum.h).
//
// Thread-safety: pure functions.
// Tested by: tests/kernels/moment_test.cc (every instruction set against plain
// loops).

#ifndef SAMPLER_KERNELS_MOMENT_H_
#define SAMPLER_KERNELS_MOMENT_H_

#include "sampler/arithmetic/mass.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/gather.h"

namespace sampler::kernels {

// Sum of the weights of a stretch, and of those in an interval.
struct WeightParts {
  Weight inside;
  Weight total;
};

// `values` has kStretchSize elements, filled up with -inf. REQUIRES (also
// below): as ComputeWeights.
WeightParts SumWeightParts(const double* values, double max,
                           const Interval& interval);

// The same; and adds weight * (value - max), in order, to lanes[i mod 16] for
// element i. An element without weight adds 0.
WeightParts SumMoment(const double* values, double max,
                      const Interval& interval, double* lanes);

// Adds value - origin, or its square, in order, to lanes[i mod 16] for every
// element i that is not -inf. REQUIRES: no NaN, no +inf.
void AddOffsets(const double* values, double origin, double* lanes);
void AddSquaredOffsets(const double* values, double origin, double* lanes);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_MOMENT_H_

// Powers, logarithms and shares of running masses, whole arrays at a time: what
// a change of the running probability is made of.
//
// Vector and scalar code do the same operations in the same order, so results
// are those of numeric.h and mass.h, to the bit, on every instruction set.
//
// Thread-safety: pure functions.
// Cost: about half a nanosecond for each exponential or logarithm (AVX-512).
// Tested by: tests/kernels/power_test.cc.

#ifndef SAMPLER_KERNELS_POWER_H_
#define SAMPLER_KERNELS_POWER_H_

#include <cstddef>

#include "sampler/arithmetic/mass.h"

namespace sampler::kernels {

// shares[i] = Ratio(before + weights[0] + .. + weights[i], total). Returns
// `before` and all weights. REQUIRES: weights are at most kLikeliestWeight; all
// masses lie below 2^83; total > 0.
Mass RunningShares(const Weight* weights, std::size_t count, Mass before,
                   Mass total, double* shares);

// Replaces each value by Pow(value, exponent); 1 stays 1, even if `exponent` is
// infinite. REQUIRES: 0 < value < inf; exponent is no NaN.
void RaiseToPower(double exponent, std::size_t count, double* values);

// Replaces each value by Log(value). REQUIRES: 0 <= value < inf.
void TakeLogs(std::size_t count, double* values);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_POWER_H_

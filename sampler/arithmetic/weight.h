// The weight of one candidate, as straight-line code: what ComputeWeights
// (block.h) does for whole vectors, and the definition it is held to.

#ifndef SAMPLER_ARITHMETIC_WEIGHT_H_
#define SAMPLER_ARITHMETIC_WEIGHT_H_

#include <bit>
#include <cstdint>

#include "sampler/arithmetic/exp.h"
#include "sampler/arithmetic/mass.h"

namespace sampler {

// Exp(-64) * 2^51 = 3.6e-13: a clamp here changes no weight, and keeps the
// argument where the exponential needs no special cases.
inline constexpr double kWeightClamp = -64.0;

// rint(Exp(value - max) * 2^51). Adding 2^52 leaves the rounded integer in the
// low mantissa bits; it is at most 2^51, so it cannot carry into the exponent.
inline Weight WeightOf(double value, double max) {
  const double x = value - max;
  const double e = ExpInNormalRange(x < kWeightClamp ? kWeightClamp : x);
  return std::bit_cast<std::uint64_t>(e * 0x1p51 + 0x1p52) &
         ((std::uint64_t{1} << 52) - 1);
}

}  // namespace sampler

#endif  // SAMPLER_ARITHMETIC_WEIGHT_H_

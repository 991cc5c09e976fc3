#include "sampler/kernels/block.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

#include "sampler/kernels/exp.h"

namespace sampler::kernels {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Exp(-64) * 2^51 = 3.6e-13: a clamp here changes no weight, and keeps the
// argument where the exponential needs no special cases.
constexpr double kClamp = -64.0;

inline Weight WeightOf(double value, double max) {
  const double x = value - max;
  const double e = ExpInNormalRange(x < kClamp ? kClamp : x);
  // Adding 2^52 leaves the rounded integer in the low mantissa bits; it is at
  // most 2^51, so it cannot carry into the exponent.
  return std::bit_cast<std::uint64_t>(e * 0x1p51 + 0x1p52) &
         ((std::uint64_t{1} << 52) - 1);
}

}  // namespace

BlockSummary Summarize(const double* values, std::size_t count) {
  // Eight independent lanes, so that no comparison waits for the one before.
  constexpr std::size_t kLanes = 8;
  double max[kLanes];
  double min[kLanes];
  std::uint64_t finite[kLanes] = {};
  std::uint64_t nan[kLanes] = {};
  std::fill_n(max, kLanes, -kInfinity);
  std::fill_n(min, kLanes, kInfinity);
  const auto look = [&](std::size_t lane, double v) {
    max[lane] = v > max[lane] ? v : max[lane];
    const bool is_finite = v > -kInfinity && v < kInfinity;
    const double low = is_finite ? v : kInfinity;
    min[lane] = low < min[lane] ? low : min[lane];
    finite[lane] += is_finite ? 1u : 0u;
    nan[lane] |= v != v ? 1u : 0u;
  };
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      look(lane, values[i + lane]);
    }
  }
  for (; i < count; ++i) look(0, values[i]);

  BlockSummary summary{-kInfinity, kInfinity, 0, false};
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    summary.max = std::max(summary.max, max[lane]);
    summary.min_finite = std::min(summary.min_finite, min[lane]);
    summary.finite += finite[lane];
    summary.has_nan |= nan[lane] != 0;
  }
  return summary;
}

void ComputeWeights(const double* values, std::size_t count, double max,
                    Weight* weights) {
  for (std::size_t i = 0; i < count; ++i) weights[i] = WeightOf(values[i], max);
}

Weight ComputeWeight(double value, double max) { return WeightOf(value, max); }

}  // namespace sampler::kernels

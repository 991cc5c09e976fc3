#include "sampler/kernels/block.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

#include "sampler/arithmetic/weight.h"

// Highway compiles everything between HWY_BEFORE_NAMESPACE and
// HWY_AFTER_NAMESPACE once for every instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/block.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "sampler/kernels/extreme-inl.h"
#include "sampler/kernels/weight-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;

BlockSummary Summarize(const double* values, std::size_t count) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  const V plus = hn::Set(d, std::numeric_limits<double>::infinity());
  const V minus = hn::Neg(plus);
  V max = minus;
  V min = plus;
  std::size_t nan = 0;
  std::size_t finite = 0;
  const auto look = [&](V v) HWY_ATTR {
    // Comparisons are false for NaN, so none enters the extremes.
    max = hn::IfThenElse(hn::Gt(v, max), v, max);
    const auto is_finite = hn::And(hn::Gt(v, minus), hn::Lt(v, plus));
    min = hn::Min(min, hn::IfThenElse(is_finite, v, plus));
    finite += hn::CountTrue(d, is_finite);
    nan += hn::CountTrue(d, hn::IsNaN(v));
  };
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) look(hn::LoadU(d, values + i));
  if (i < count) {
    // The rest, filled up with what changes no summary.
    double rest[HWY_MAX_BYTES / sizeof(double)];  // NOLINT
    std::fill(rest, rest + lanes, -std::numeric_limits<double>::infinity());
    std::copy(values + i, values + count, rest);
    look(hn::LoadU(d, rest));
  }
  return {LargestLane(d, max), SmallestLane(d, min), finite, nan != 0};
}

template <std::size_t n>
HWY_INLINE void WeighVectors(const double* values, double max,
                             Weight* weights) {
  const D d;
  const hn::RebindToUnsigned<D> du;
  const std::size_t lanes = hn::Lanes(d);
  V v[n];
  for (std::size_t j = 0; j < n; ++j) {
    v[j] = hn::Sub(hn::LoadU(d, values + j * lanes), hn::Set(d, max));
  }
  GapsToBiasedWeights<n>(d, v);
  const auto low_bits = hn::Set(du, (std::uint64_t{1} << 52) - 1);
  for (std::size_t j = 0; j < n; ++j) {
    hn::StoreU(hn::And(hn::BitCast(du, v[j]), low_bits), du,
               weights + j * lanes);
  }
}

void ComputeWeights(const double* values, std::size_t count, double max,
                    Weight* weights) {
  const std::size_t lanes = hn::Lanes(D());
  std::size_t i = 0;
  for (; i + kInStep * lanes <= count; i += kInStep * lanes) {
    WeighVectors<kInStep>(values + i, max, weights + i);
  }
  for (; i + lanes <= count; i += lanes) {
    WeighVectors<1>(values + i, max, weights + i);
  }
  for (; i < count; ++i) weights[i] = WeightOf(values[i], max);
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler::kernels {

HWY_EXPORT(Summarize);
HWY_EXPORT(ComputeWeights);

BlockSummary Summarize(const double* values, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(Summarize)(values, count);
}

void ComputeWeights(const double* values, std::size_t count, double max,
                    Weight* weights) {
  HWY_DYNAMIC_DISPATCH(ComputeWeights)(values, count, max, weights);
}

Weight ComputeWeight(double value, double max) { return WeightOf(value, max); }

}  // namespace sampler::kernels
#endif  // HWY_ONCE

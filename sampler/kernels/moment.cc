#include "sampler/kernels/moment.h"

#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/moment.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "sampler/kernels/weight-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t kLaneCount = 16;
// No vector may hold more than one round of lanes.
using D16 = hn::CappedTag<double, kLaneCount>;
using V16 = hn::Vec<D16>;

HWY_INLINE auto Integer([[maybe_unused]] D16 d, V16 biased) {
  const hn::RebindToUnsigned<D16> du;
  return hn::And(hn::BitCast(du, biased),
                 hn::Set(du, (std::uint64_t{1} << 52) - 1));
}

using DInteger = hn::RebindToUnsigned<D16>;

// Sums of weights, all and inside.
struct Parts {
  hn::Vec<DInteger> inside;
  hn::Vec<DInteger> total;
};

HWY_INLINE void Add(hn::Vec<DInteger> weight, hn::Mask<D16> is_inside,
                    Parts& parts) {
  const DInteger du;
  parts.total = hn::Add(parts.total, weight);
  parts.inside = hn::Add(
      parts.inside, hn::IfThenElseZero(hn::RebindMask(du, is_inside), weight));
}

HWY_INLINE WeightParts SumOf(const Parts& parts) {
  const DInteger du;
  return {hn::GetLane(hn::SumOfLanes(du, parts.inside)),
          hn::GetLane(hn::SumOfLanes(du, parts.total))};
}

HWY_INLINE hn::Mask<D16> IsInside(D16 d, V16 value, const Interval& interval) {
  return hn::And(hn::Ge(value, hn::Set(d, interval.low)),
                 hn::Lt(value, hn::Set(d, interval.high)));
}

WeightParts SumWeightParts(const double* values, double max,
                           const Interval& interval) {
  const D16 d;
  const std::size_t lanes = hn::Lanes(d);
  const V16 head = hn::Set(d, max);
  Parts parts = {hn::Zero(DInteger()), hn::Zero(DInteger())};
  for (std::size_t i = 0; i < kStretchSize; i += kInStep * lanes) {
    V16 v[kInStep];
    for (std::size_t j = 0; j < kInStep; ++j) {
      v[j] = hn::Sub(hn::LoadU(d, values + i + j * lanes), head);
    }
    GapsToBiasedWeights<kInStep>(d, v);
    for (std::size_t j = 0; j < kInStep; ++j) {
      const V16 value = hn::LoadU(d, values + i + j * lanes);
      Add(Integer(d, v[j]), IsInside(d, value, interval), parts);
    }
  }
  return SumOf(parts);
}

WeightParts SumMoment(const double* values, double max,
                      const Interval& interval, double* lanes) {
  const D16 d;
  const V16 head = hn::Set(d, max);
  const V16 bias = hn::Set(d, 0x1p52);
  Parts parts = {hn::Zero(DInteger()), hn::Zero(DInteger())};
  for (std::size_t j = 0; j < kLaneCount; j += hn::Lanes(d)) {
    V16 lane = hn::LoadU(d, lanes + j);
    for (std::size_t i = j; i < kStretchSize; i += kInStep * kLaneCount) {
      V16 v[kInStep];
      for (std::size_t k = 0; k < kInStep; ++k) {
        v[k] = hn::Sub(hn::LoadU(d, values + i + k * kLaneCount), head);
      }
      GapsToBiasedWeights<kInStep>(d, v);
      for (std::size_t k = 0; k < kInStep; ++k) {
        const V16 value = hn::LoadU(d, values + i + k * kLaneCount);
        Add(Integer(d, v[k]), IsInside(d, value, interval), parts);
        const V16 weight = hn::Sub(v[k], bias);
        // 0 times -inf would be no number.
        const auto weighs = hn::Gt(weight, hn::Zero(d));
        lane = hn::Add(
            lane,
            hn::IfThenElseZero(weighs, hn::Mul(weight, hn::Sub(value, head))));
      }
    }
    hn::StoreU(lane, d, lanes + j);
  }
  return SumOf(parts);
}

template <typename Term>
HWY_INLINE void AddTerms(const double* values, double origin, double* lanes,
                         Term term) {
  const D16 d;
  const V16 zero_point = hn::Set(d, origin);
  const V16 removed = hn::Set(d, -std::numeric_limits<double>::infinity());
  for (std::size_t j = 0; j < kLaneCount; j += hn::Lanes(d)) {
    V16 lane = hn::LoadU(d, lanes + j);
    for (std::size_t i = j; i < kStretchSize; i += kLaneCount) {
      const V16 value = hn::LoadU(d, values + i);
      lane =
          hn::Add(lane, hn::IfThenElseZero(hn::Gt(value, removed),
                                           term(hn::Sub(value, zero_point))));
    }
    hn::StoreU(lane, d, lanes + j);
  }
}

void AddOffsets(const double* values, double origin, double* lanes) {
  AddTerms(values, origin, lanes, [](V16 x) HWY_ATTR { return x; });
}

void AddSquaredOffsets(const double* values, double origin, double* lanes) {
  AddTerms(values, origin, lanes, [](V16 x) HWY_ATTR { return hn::Mul(x, x); });
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler::kernels {

HWY_EXPORT(SumWeightParts);
HWY_EXPORT(SumMoment);
HWY_EXPORT(AddOffsets);
HWY_EXPORT(AddSquaredOffsets);

WeightParts SumWeightParts(const double* values, double max,
                           const Interval& interval) {
  return HWY_DYNAMIC_DISPATCH(SumWeightParts)(values, max, interval);
}

WeightParts SumMoment(const double* values, double max,
                      const Interval& interval, double* lanes) {
  return HWY_DYNAMIC_DISPATCH(SumMoment)(values, max, interval, lanes);
}

void AddOffsets(const double* values, double origin, double* lanes) {
  HWY_DYNAMIC_DISPATCH(AddOffsets)(values, origin, lanes);
}

void AddSquaredOffsets(const double* values, double origin, double* lanes) {
  HWY_DYNAMIC_DISPATCH(AddSquaredOffsets)(values, origin, lanes);
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE

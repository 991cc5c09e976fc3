#include "sampler/kernels/pivot.h"

#include <algorithm>
#include <limits>

#include "sampler/kernels/dispatch.h"
#include "sampler/kernels/select.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/pivot.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "sampler/kernels/extreme-inl.h"
#include "sampler/kernels/pack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D64 = hn::ScalableTag<double>;
using U64 = hn::RebindToUnsigned<D64>;

// So many weights of 2^51 fit into 64 bits: lanes are added up to a Mass, which
// is 128 bits wide, before they could overflow.
constexpr std::size_t kFlush = 4096;

// The weights of a vector of items.
HWY_INLINE hn::Vec<U64> LoadWeights(const Items& items, std::size_t i) {
  const U64 du;
  return items.weights != nullptr ? hn::LoadU(du, items.weights + i)
                                  : hn::Set(du, 1);
}

Weight WeightAt(const Items& items, std::size_t i) {
  return items.weights != nullptr ? items.weights[i] : 1;
}

// The items after the last whole vector are looked at as the end of a vector
// that begins earlier: this is where it begins, and `fresh` are its lanes that
// no vector before has held. Of fewer items than a vector has lanes there is no
// such vector. A loop over single items would mispredict a branch for each.
template <class Tag>
HWY_INLINE std::size_t LastVector(Tag d, std::size_t done, std::size_t size,
                                  hn::Mask<Tag>& fresh) {
  const std::size_t first = size - hn::Lanes(d);
  fresh = hn::Not(hn::FirstN(d, done - first));
  return first;
}

void SumReachingAll(const Items& items, const double* pivots, Mass* masses) {
  const D64 d;
  const U64 du;
  const std::size_t lanes = hn::Lanes(d);
  const auto p0 = hn::Set(d, pivots[0]);
  const auto p1 = hn::Set(d, pivots[1]);
  const auto p2 = hn::Set(d, pivots[2]);
  const auto add = [&](hn::Vec<D64> value, hn::Vec<D64> pivot,
                       hn::Vec<U64> weight, hn::Vec<U64>& sum) HWY_ATTR {
    const auto reaches = hn::RebindMask(du, hn::Ge(value, pivot));
    sum = hn::Add(sum, hn::IfThenElseZero(reaches, weight));
  };
  std::fill_n(masses, kPivots, Mass{0});
  std::size_t i = 0;
  for (std::size_t first = 0; first < items.size; first += kFlush) {
    const std::size_t end = std::min(items.size, first + kFlush);
    auto s0 = hn::Zero(du);
    auto s1 = hn::Zero(du);
    auto s2 = hn::Zero(du);
    for (; i + lanes <= end; i += lanes) {
      const auto value = hn::LoadU(d, items.values + i);
      const auto weight = LoadWeights(items, i);
      add(value, p0, weight, s0);
      add(value, p1, weight, s1);
      add(value, p2, weight, s2);
    }
    if (i < end && end >= lanes) {
      hn::Mask<U64> fresh;
      const std::size_t last = LastVector(du, i, end, fresh);
      const auto value = hn::LoadU(d, items.values + last);
      const auto weight = hn::IfThenElseZero(fresh, LoadWeights(items, last));
      add(value, p0, weight, s0);
      add(value, p1, weight, s1);
      add(value, p2, weight, s2);
      i = end;
    }
    Weight sums[] = {hn::GetLane(hn::SumOfLanes(du, s0)),
                     hn::GetLane(hn::SumOfLanes(du, s1)),
                     hn::GetLane(hn::SumOfLanes(du, s2))};
    for (; i < end; ++i) {
      const Weight weight = WeightAt(items, i);
      for (std::size_t j = 0; j < kPivots; ++j) {
        sums[j] += items.values[i] >= pivots[j] ? weight : 0;
      }
    }
    for (std::size_t j = 0; j < kPivots; ++j) masses[j] += sums[j];
  }
}

Mass SumAll(const Weight* weights, std::size_t count) {
  const U64 du;
  const std::size_t lanes = hn::Lanes(du);
  Mass mass = 0;
  std::size_t i = 0;
  for (std::size_t first = 0; first < count; first += kFlush) {
    const std::size_t end = std::min(count, first + kFlush);
    auto sum = hn::Zero(du);
    for (; i + lanes <= end; i += lanes) {
      sum = hn::Add(sum, hn::LoadU(du, weights + i));
    }
    mass += hn::GetLane(hn::SumOfLanes(du, sum));
    for (; i < end; ++i) mass += weights[i];
  }
  return mass;
}

ItemsSummary SummarizeAll(const Items& items) {
  const D64 d;
  const U64 du;
  const std::size_t lanes = hn::Lanes(d);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  auto low = hn::Set(d, kInfinity);
  auto high = hn::Set(d, -kInfinity);
  ItemsSummary all = {0, kInfinity, -kInfinity};
  std::size_t i = 0;
  for (std::size_t first = 0; first < items.size; first += kFlush) {
    const std::size_t end = std::min(items.size, first + kFlush);
    auto sum = hn::Zero(du);
    for (; i + lanes <= end; i += lanes) {
      const auto value = hn::LoadU(d, items.values + i);
      low = hn::Min(low, value);
      high = hn::Max(high, value);
      sum = hn::Add(sum, LoadWeights(items, i));
    }
    if (i < end && end >= lanes) {
      hn::Mask<U64> fresh;
      const std::size_t last = LastVector(du, i, end, fresh);
      const auto value = hn::LoadU(d, items.values + last);
      low = hn::Min(low, value);
      high = hn::Max(high, value);
      sum = hn::Add(sum, hn::IfThenElseZero(fresh, LoadWeights(items, last)));
      i = end;
    }
    all.mass += hn::GetLane(hn::SumOfLanes(du, sum));
    for (; i < end; ++i) {
      all.low = std::min(all.low, items.values[i]);
      all.high = std::max(all.high, items.values[i]);
      all.mass += WeightAt(items, i);
    }
  }
  all.low = std::min(all.low, SmallestLane(d, low));
  all.high = std::max(all.high, LargestLane(d, high));
  return all;
}

Narrowed NarrowAll(const Items& items, double from, double below,
                   const ItemRoom& room) {
  const D64 d;
  const U64 du;
  const std::size_t lanes = hn::Lanes(d);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto least = hn::Set(d, from);
  const auto bound = hn::Set(d, below);
  const auto infinity = hn::Set(d, kInfinity);
  auto low = infinity;
  auto high = hn::Neg(infinity);
  Narrowed stays = {0, kInfinity, -kInfinity, 0};
  std::size_t i = 0;
  const auto keep = [&](std::size_t first, hn::Vec<D64> value, hn::Vec<U64> at,
                        hn::Mask<D64> inside) HWY_ATTR {
    // A packed vector is stored whole: its other lanes are overwritten by the
    // next one, or end in the slack of the room.
    const auto taken = hn::RebindMask(du, inside);
    const auto weight = LoadWeights(items, first);
    hn::StoreU(Pack(d, value, inside), d, room.values + stays.size);
    hn::StoreU(Pack(du, at, taken), du, room.positions + stays.size);
    if (items.weights != nullptr) {
      hn::StoreU(Pack(du, weight, taken), du, room.weights + stays.size);
    }
    low = hn::Min(low, hn::IfThenElse(inside, value, infinity));
    high = hn::Max(high, hn::IfThenElse(inside, value, hn::Neg(infinity)));
    stays.size += hn::CountTrue(d, inside);
  };
  const auto positions = [&](std::size_t first) HWY_ATTR {
    return items.positions != nullptr
               ? hn::LoadU(du, items.positions + first)
               : hn::Add(hn::Iota(du, 0), hn::Set(du, first));
  };
  for (; i + lanes <= items.size; i += lanes) {
    const auto value = hn::LoadU(d, items.values + i);
    const auto under = hn::Lt(value, bound);
    stays.above += lanes - hn::CountTrue(d, under);
    const auto inside = hn::And(hn::Ge(value, least), under);
    if (hn::AllFalse(d, inside)) continue;
    keep(i, value, positions(i), inside);
  }
  if (i < items.size && items.size >= lanes) {
    hn::Mask<D64> fresh;
    const std::size_t last = LastVector(d, i, items.size, fresh);
    const auto value = hn::LoadU(d, items.values + last);
    const auto under = hn::Lt(value, bound);
    stays.above += hn::CountTrue(d, hn::AndNot(under, fresh));
    keep(last, value, positions(last),
         hn::And(fresh, hn::And(hn::Ge(value, least), under)));
    i = items.size;
  }
  stays.low = SmallestLane(d, low);
  stays.high = LargestLane(d, high);
  for (; i < items.size; ++i) {
    const double value = items.values[i];
    stays.above += value < below ? 0 : 1;
    if (!(value >= from && value < below)) continue;
    stays.low = std::min(stays.low, value);
    stays.high = std::max(stays.high, value);
    room.values[stays.size] = value;
    room.positions[stays.size] =
        items.positions != nullptr ? items.positions[i] : i;
    if (items.weights != nullptr) {
      room.weights[stays.size] = items.weights[i];
    }
    ++stays.size;
  }
  return stays;
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler::kernels {

HWY_EXPORT(SumReachingAll);
HWY_EXPORT(SummarizeAll);
HWY_EXPORT(NarrowAll);
HWY_EXPORT(SumAll);

void SumReaching(const Items& items, const double (&pivots)[kPivots],
                 Mass (&masses)[kPivots]) {
  HWY_DYNAMIC_DISPATCH(SumReachingAll)(items, pivots, masses);
}

Mass MassOf(absl::Span<const Weight> weights) {
  ChooseSimdTarget();
  return HWY_DYNAMIC_DISPATCH(SumAll)(weights.data(), weights.size());
}

ItemsSummary SummarizeItems(const Items& items) {
  ChooseSimdTarget();
  return HWY_DYNAMIC_DISPATCH(SummarizeAll)(items);
}

Narrowed KeepWithin(const Items& items, double from, double below,
                    const ItemRoom& room) {
  return HWY_DYNAMIC_DISPATCH(NarrowAll)(items, from, below, room);
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE

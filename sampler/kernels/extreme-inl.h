// The largest and the smallest lane of a vector. Highway's own reductions begin
// at the lowest finite number on emulated targets, so a vector of nothing but
// -inf would have a finite maximum there. These take lanes of the vector only.
// Included once per target, as Highway wants it, hence the toggled guard.

#if defined(SAMPLER_KERNELS_EXTREME_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SAMPLER_KERNELS_EXTREME_INL_H_
#undef SAMPLER_KERNELS_EXTREME_INL_H_
#else
#define SAMPLER_KERNELS_EXTREME_INL_H_
#endif

#include <cstddef>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

// The largest lane. Unspecified if a lane is NaN.
template <class Tag>
HWY_INLINE hwy::HWY_NAMESPACE::TFromD<Tag> LargestLane(
    [[maybe_unused]] Tag d, hwy::HWY_NAMESPACE::Vec<Tag> v) {
  namespace hn = hwy::HWY_NAMESPACE;
#if HWY_TARGET == HWY_SCALAR
  return hn::GetLane(v);
#else
  using T = hn::TFromD<Tag>;
  constexpr std::size_t kLanes = hn::MaxLanes(Tag());
  if constexpr (kLanes * sizeof(T) > 16) {
    const hn::Half<Tag> half;
    return LargestLane(half,
                       hn::Max(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  } else {
    T lanes[kLanes];
    hn::StoreU(v, d, lanes);
    T largest = lanes[0];
    for (const T lane : lanes) largest = lane > largest ? lane : largest;
    return largest;
  }
#endif
}

// The smallest lane, likewise.
template <class Tag>
HWY_INLINE hwy::HWY_NAMESPACE::TFromD<Tag> SmallestLane(
    Tag d, hwy::HWY_NAMESPACE::Vec<Tag> v) {
  return -LargestLane(d, hwy::HWY_NAMESPACE::Neg(v));
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#endif  // SAMPLER_KERNELS_EXTREME_INL_H_

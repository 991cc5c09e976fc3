// The exact weight as vector code, shared by the kernels that weigh. Included
// once per target, as Highway wants it, hence the toggled guard.

#if defined(SAMPLER_KERNELS_WEIGHT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SAMPLER_KERNELS_WEIGHT_INL_H_
#undef SAMPLER_KERNELS_WEIGHT_INL_H_
#else
#define SAMPLER_KERNELS_WEIGHT_INL_H_
#endif

#include <cstddef>

#include "hwy/highway.h"
#include "sampler/arithmetic/weight.h"
#include "sampler/kernels/exp-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

// How many vectors are weighed in step (exp-inl.h).
inline constexpr std::size_t kInStep = 8;

// Replaces each of n gaps l - M by 2^52 + rint(Exp(gap) * 2^51): the operations
// of ExpInNormalRange (exp.h), in the same order, followed by the rounding to
// an integer. Adding 2^52 leaves it in the low mantissa bits, and as it is at
// most 2^51 it cannot carry into the exponent.
template <std::size_t n, class Tag>
HWY_INLINE void GapsToBiasedWeights(Tag d, hwy::HWY_NAMESPACE::Vec<Tag>* v) {
  namespace hn = hwy::HWY_NAMESPACE;
  using V = hn::Vec<Tag>;
  const hn::RebindToUnsigned<Tag> du;
  for (std::size_t i = 0; i < n; ++i) {
    v[i] = hn::Max(v[i], hn::Set(d, kWeightClamp));
  }
  V mantissa[n];
  V k[n];
  V k_biased[n];
  ReduceExps<n>(d, v, mantissa, k, k_biased);
  for (std::size_t i = 0; i < n; ++i) {
    const V e = hn::BitCast(
        d, hn::Add(hn::BitCast(du, mantissa[i]),
                   hn::ShiftLeft<52>(hn::BitCast(du, k_biased[i]))));
    v[i] = hn::Add(hn::Mul(e, hn::Set(d, 0x1p51)), hn::Set(d, 0x1p52));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#endif  // SAMPLER_KERNELS_WEIGHT_INL_H_

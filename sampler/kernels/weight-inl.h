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
#include "sampler/kernels/exp.h"
#include "sampler/kernels/weight.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

// How many vectors are weighed in step. The steps of one depend on each other,
// and a machine that looks ahead over a few vectors only would wait for most.
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
  const V magic = hn::Set(d, kRoundMagic);
  V biased[n];
  V r[n];
  V q[n];
  for (std::size_t i = 0; i < n; ++i) {
    const V x = hn::Max(v[i], hn::Set(d, kClamp));
    biased[i] = hn::Add(hn::Mul(x, hn::Set(d, kLog2E)), magic);
    const V k = hn::Sub(biased[i], magic);
    r[i] = hn::Sub(hn::Sub(x, hn::Mul(k, hn::Set(d, kLn2Head))),
                   hn::Mul(k, hn::Set(d, kLn2Tail)));
    q[i] = hn::Set(d, kExpCoefficients[9]);
  }
  for (int c = 8; c >= 0; --c) {
    const V coefficient = hn::Set(d, kExpCoefficients[c]);
    for (std::size_t i = 0; i < n; ++i) {
      q[i] = hn::Add(hn::Mul(q[i], r[i]), coefficient);
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    const V mantissa = hn::Add(
        hn::Set(d, 1.0), hn::Add(r[i], hn::Mul(hn::Mul(r[i], r[i]), q[i])));
    const V e =
        hn::BitCast(d, hn::Add(hn::BitCast(du, mantissa),
                               hn::ShiftLeft<52>(hn::BitCast(du, biased[i]))));
    v[i] = hn::Add(hn::Mul(e, hn::Set(d, 0x1p51)), hn::Set(d, 0x1p52));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#endif  // SAMPLER_KERNELS_WEIGHT_INL_H_

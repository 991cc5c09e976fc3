// The exact weight as vector code, shared by the kernels that weigh. Included
// once per target, as Highway wants it, hence the toggled guard.

#if defined(SAMPLER_KERNELS_WEIGHT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SAMPLER_KERNELS_WEIGHT_INL_H_
#undef SAMPLER_KERNELS_WEIGHT_INL_H_
#else
#define SAMPLER_KERNELS_WEIGHT_INL_H_
#endif

#include "hwy/highway.h"
#include "sampler/kernels/exp.h"
#include "sampler/kernels/weight.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

// 2^52 + rint(Exp(gap) * 2^51): the operations of ExpInNormalRange (exp.h), in
// the same order, followed by the rounding to an integer. Adding 2^52 leaves it
// in the low mantissa bits, and as it is at most 2^51 it cannot carry into the
// exponent.
template <class Tag>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<Tag> BiasedWeight(
    Tag d, hwy::HWY_NAMESPACE::Vec<Tag> gap) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::RebindToUnsigned<Tag> du;
  const auto magic = hn::Set(d, kRoundMagic);
  const auto x = hn::Max(gap, hn::Set(d, kClamp));
  const auto biased = hn::Add(hn::Mul(x, hn::Set(d, kLog2E)), magic);
  const auto k = hn::Sub(biased, magic);
  const auto r = hn::Sub(hn::Sub(x, hn::Mul(k, hn::Set(d, kLn2Head))),
                         hn::Mul(k, hn::Set(d, kLn2Tail)));
  auto q = hn::Set(d, kExpCoefficients[9]);
  for (int c = 8; c >= 0; --c) {
    q = hn::Add(hn::Mul(q, r), hn::Set(d, kExpCoefficients[c]));
  }
  const auto mantissa =
      hn::Add(hn::Set(d, 1.0), hn::Add(r, hn::Mul(hn::Mul(r, r), q)));
  const auto e =
      hn::BitCast(d, hn::Add(hn::BitCast(du, mantissa),
                             hn::ShiftLeft<52>(hn::BitCast(du, biased))));
  return hn::Add(hn::Mul(e, hn::Set(d, 0x1p51)), hn::Set(d, 0x1p52));
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#endif  // SAMPLER_KERNELS_WEIGHT_INL_H_

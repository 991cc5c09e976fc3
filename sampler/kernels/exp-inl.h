// The house exponential as vector code: the operations of exp.h and numeric.cc,
// in the same order. Included once per target, as Highway wants it, hence the
// toggled guard.

#if defined(SAMPLER_KERNELS_EXP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SAMPLER_KERNELS_EXP_INL_H_
#undef SAMPLER_KERNELS_EXP_INL_H_
#else
#define SAMPLER_KERNELS_EXP_INL_H_
#endif

#include <cstddef>
#include <limits>

#include "hwy/highway.h"
#include "sampler/arithmetic/exp.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

// ReducedExp (exp.h) of n vectors in step: the operations of one depend on each
// other, and a machine that looks ahead over a few vectors only would wait for
// most.
template <std::size_t n, class Tag, class V = hwy::HWY_NAMESPACE::Vec<Tag>>
HWY_INLINE void ReduceExps(Tag d, const V* x, V* mantissa, V* k, V* k_biased) {
  namespace hn = hwy::HWY_NAMESPACE;
  const V magic = hn::Set(d, kRoundMagic);
  V r[n];
  V q[n];
  for (std::size_t i = 0; i < n; ++i) {
    k_biased[i] = hn::Add(hn::Mul(x[i], hn::Set(d, kLog2E)), magic);
    k[i] = hn::Sub(k_biased[i], magic);
    r[i] = hn::Sub(hn::Sub(x[i], hn::Mul(k[i], hn::Set(d, kLn2Head))),
                   hn::Mul(k[i], hn::Set(d, kLn2Tail)));
    q[i] = hn::Set(d, kExpCoefficients[9]);
  }
  for (int c = 8; c >= 0; --c) {
    const V coefficient = hn::Set(d, kExpCoefficients[c]);
    for (std::size_t i = 0; i < n; ++i) {
      q[i] = hn::Add(hn::Mul(q[i], r[i]), coefficient);
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    mantissa[i] = hn::Add(hn::Set(d, 1.0),
                          hn::Add(r[i], hn::Mul(hn::Mul(r[i], r[i]), q[i])));
  }
}

// 2^k. REQUIRES: k is an integer, -1022 <= k <= 1023.
template <class Tag, class V = hwy::HWY_NAMESPACE::Vec<Tag>>
HWY_INLINE V PowerOfTwo(Tag d, V k) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::RebindToUnsigned<Tag> du;
  const V field = hn::Add(k, hn::Set(d, 0x1p52 + 1023.0));
  return hn::BitCast(d, hn::ShiftLeft<52>(hn::BitCast(du, field)));
}

// Replaces each of n vectors x by sampler::Exp(x), in step. REQUIRES: x is no
// NaN.
template <std::size_t n, class Tag, class V = hwy::HWY_NAMESPACE::Vec<Tag>>
HWY_INLINE void HouseExps(Tag d, V* x) {
  namespace hn = hwy::HWY_NAMESPACE;
  V inside[n];
  V mantissa[n];
  V k[n];
  V k_biased[n];
  for (std::size_t i = 0; i < n; ++i) {
    inside[i] = hn::Min(hn::Max(x[i], hn::Set(d, -746.0)), hn::Set(d, 710.0));
  }
  ReduceExps<n>(d, inside, mantissa, k, k_biased);
  for (std::size_t i = 0; i < n; ++i) {
    // In two steps, of which only the second may leave the normal range and
    // round, as std::ldexp does.
    const V first =
        hn::Min(hn::Max(k[i], hn::Set(d, -1000.0)), hn::Set(d, 1000.0));
    const V scaled = hn::Mul(hn::Mul(mantissa[i], PowerOfTwo(d, first)),
                             PowerOfTwo(d, hn::Sub(k[i], first)));
    const V above_zero =
        hn::IfThenZeroElse(hn::Lt(x[i], hn::Set(d, -745.0)), scaled);
    x[i] = hn::IfThenElse(hn::Gt(x[i], hn::Set(d, 709.78)),
                          hn::Set(d, std::numeric_limits<double>::infinity()),
                          above_zero);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#endif  // SAMPLER_KERNELS_EXP_INL_H_

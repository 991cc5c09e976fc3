// The house logarithm as vector code: the operations of log.h and numeric.cc,
// in the same order. Included once per target, as Highway wants it, hence the
// toggled guard.

#if defined(SAMPLER_KERNELS_LOG_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SAMPLER_KERNELS_LOG_INL_H_
#undef SAMPLER_KERNELS_LOG_INL_H_
#else
#define SAMPLER_KERNELS_LOG_INL_H_
#endif

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "hwy/highway.h"
#include "sampler/arithmetic/exp.h"
#include "sampler/arithmetic/log.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

// Replaces each of n vectors x by sampler::Log(x), in step (exp-inl.h).
// REQUIRES: x is finite and not negative.
template <std::size_t n, class Tag, class V = hwy::HWY_NAMESPACE::Vec<Tag>>
HWY_INLINE void HouseLogs(Tag d, V* x) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::RebindToUnsigned<Tag> du;
  const auto bits_of = [du](double value) HWY_ATTR {
    return hn::Set(du, std::bit_cast<std::uint64_t>(value));
  };
  const V one = hn::Set(d, 1.0);
  V exponent[n];
  V s[n];
  V z[n];
  V q[n];
  for (std::size_t i = 0; i < n; ++i) {
    // Subnormal numbers are brought into the normal range first.
    const auto subnormal =
        hn::Lt(x[i], hn::Set(d, std::numeric_limits<double>::min()));
    const auto bits = hn::BitCast(
        du, hn::IfThenElse(subnormal, hn::Mul(x[i], hn::Set(d, 0x1p54)), x[i]));
    // 2^52 + the exponent field, as a double.
    const V field =
        hn::BitCast(d, hn::Or(hn::ShiftRight<52>(bits), bits_of(0x1p52)));
    const V bias = hn::IfThenElse(subnormal, hn::Set(d, 0x1p52 + 1023.0 + 54.0),
                                  hn::Set(d, 0x1p52 + 1023.0));
    const auto fraction =
        hn::And(bits, hn::Set(du, (std::uint64_t{1} << 52) - 1));
    const V m = hn::BitCast(d, hn::Or(fraction, bits_of(1.0)));
    const auto upper = hn::Gt(m, hn::Set(d, kSqrt2));
    exponent[i] = hn::Add(hn::Sub(field, bias), hn::IfThenElseZero(upper, one));
    const V reduced = hn::IfThenElse(upper, hn::Mul(m, hn::Set(d, 0.5)), m);
    const V f = hn::Sub(reduced, one);
    s[i] = hn::Div(f, hn::Add(hn::Set(d, 2.0), f));
    z[i] = hn::Mul(s[i], s[i]);
    q[i] = hn::Set(d, kLogCoefficients[8]);
  }
  for (int c = 7; c >= 0; --c) {
    const V coefficient = hn::Set(d, kLogCoefficients[c]);
    for (std::size_t i = 0; i < n; ++i) {
      q[i] = hn::Add(hn::Mul(q[i], z[i]), coefficient);
    }
  }
  const V minus_infinity = hn::Set(d, -std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < n; ++i) {
    const V of_m = hn::Add(hn::Mul(hn::Set(d, 2.0), s[i]),
                           hn::Mul(hn::Mul(s[i], z[i]), q[i]));
    const V log =
        hn::Add(hn::Mul(exponent[i], hn::Set(d, kLn2Head)),
                hn::Add(hn::Mul(exponent[i], hn::Set(d, kLn2Tail)), of_m));
    x[i] = hn::IfThenElse(hn::Eq(x[i], hn::Zero(d)), minus_infinity, log);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#endif  // SAMPLER_KERNELS_LOG_INL_H_

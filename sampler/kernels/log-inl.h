// The house logarithm as vector code: the operations of log.h and numeric.cc,
// in the same order. Included once per target, as Highway wants it, hence the
// toggled guard.

#if defined(SAMPLER_KERNELS_LOG_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SAMPLER_KERNELS_LOG_INL_H_
#undef SAMPLER_KERNELS_LOG_INL_H_
#else
#define SAMPLER_KERNELS_LOG_INL_H_
#endif

#include <limits>

#include "hwy/highway.h"
#include "sampler/arithmetic/exp.h"
#include "sampler/arithmetic/log.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

// sampler::Log(x). REQUIRES: x is finite and not negative.
template <class Tag>
HWY_INLINE hwy::HWY_NAMESPACE::Vec<Tag> HouseLog(
    Tag d, hwy::HWY_NAMESPACE::Vec<Tag> x) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::RebindToUnsigned<Tag> du;
  const auto bits_of = [du](double value) HWY_ATTR {
    return hn::Set(du, std::bit_cast<std::uint64_t>(value));
  };
  // Subnormal numbers are brought into the normal range first.
  const auto subnormal =
      hn::Lt(x, hn::Set(d, std::numeric_limits<double>::min()));
  const auto bits = hn::BitCast(
      du, hn::IfThenElse(subnormal, hn::Mul(x, hn::Set(d, 0x1p54)), x));
  // 2^52 + the exponent field, as a double.
  const auto field =
      hn::BitCast(d, hn::Or(hn::ShiftRight<52>(bits), bits_of(0x1p52)));
  const auto bias =
      hn::IfThenElse(subnormal, hn::Set(d, 0x1p52 + 1023.0 + 54.0),
                     hn::Set(d, 0x1p52 + 1023.0));
  auto exponent = hn::Sub(field, bias);
  const auto fraction =
      hn::And(bits, hn::Set(du, (std::uint64_t{1} << 52) - 1));
  auto m = hn::BitCast(d, hn::Or(fraction, bits_of(1.0)));
  const auto upper = hn::Gt(m, hn::Set(d, kSqrt2));
  m = hn::IfThenElse(upper, hn::Mul(m, hn::Set(d, 0.5)), m);
  exponent = hn::Add(exponent, hn::IfThenElseZero(upper, hn::Set(d, 1.0)));

  const auto f = hn::Sub(m, hn::Set(d, 1.0));
  const auto s = hn::Div(f, hn::Add(hn::Set(d, 2.0), f));
  const auto z = hn::Mul(s, s);
  auto q = hn::Set(d, kLogCoefficients[8]);
  for (int c = 7; c >= 0; --c) {
    q = hn::Add(hn::Mul(q, z), hn::Set(d, kLogCoefficients[c]));
  }
  const auto of_m =
      hn::Add(hn::Mul(hn::Set(d, 2.0), s), hn::Mul(hn::Mul(s, z), q));
  const auto log =
      hn::Add(hn::Mul(exponent, hn::Set(d, kLn2Head)),
              hn::Add(hn::Mul(exponent, hn::Set(d, kLn2Tail)), of_m));
  return hn::IfThenElse(hn::Eq(x, hn::Zero(d)),
                        hn::Set(d, -std::numeric_limits<double>::infinity()),
                        log);
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#endif  // SAMPLER_KERNELS_LOG_INL_H_

// The house logarithm as straight-line code, and its constants for kernels that
// run it over vectors (log-inl.h). Everything else calls sampler::Log or Log2
// (numeric.h), which are this function behind a call.
//
// Method: x = 2^exponent m with m in (sqrt(1/2), sqrt(2)]; with s =
// (m - 1)/(m + 1), log(m) = log((1 + s)/(1 - s)) = 2 s + s^3 q(s^2), q the
// degree-8 interpolant on 0 <= s^2 <= 0.0295. log(m) is off by less than 0.8 *
// 2^-51 relative (proved: tests/proof/log_*).

#ifndef SAMPLER_ARITHMETIC_LOG_H_
#define SAMPLER_ARITHMETIC_LOG_H_

#include <cmath>

namespace sampler {

inline constexpr double kSqrt2 = 0x1.6a09e667f3bcdp+0;

inline constexpr double kLogCoefficients[9] = {
    0x1.5555555555555p-1, 0x1.9999999999998p-2, 0x1.2492492492962p-2,
    0x1.c71c71c64b463p-3, 0x1.745d17d40cf59p-3, 0x1.3b137afb813a0p-3,
    0x1.111d30dcfa14ap-3, 0x1.debd2cc5021e0p-4, 0x1.e6bf079f670fep-4};

// exponent and log(m) of the decomposition above.
struct LogParts {
  double exponent;
  double twice_s;  // log(m) = twice_s + rest
  double rest;
};

// REQUIRES: x is positive and finite.
inline LogParts SplitLog(double x) {
  int exponent;
  double m = 2.0 * std::frexp(x, &exponent);  // In [1, 2), exact.
  --exponent;
  if (m > kSqrt2) {
    m *= 0.5;
    ++exponent;
  }
  const double f = m - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  double q = kLogCoefficients[8];
  for (int i = 7; i >= 0; --i) q = q * z + kLogCoefficients[i];
  return {static_cast<double>(exponent), 2.0 * s, (s * z) * q};
}

}  // namespace sampler

#endif  // SAMPLER_ARITHMETIC_LOG_H_

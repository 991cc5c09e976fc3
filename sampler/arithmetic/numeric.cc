#include "sampler/arithmetic/numeric.h"

#include <cmath>
#include <limits>
#include <optional>

#include "sampler/arithmetic/exp.h"
#include "sampler/arithmetic/log.h"

namespace sampler {
namespace {

constexpr double kLn2 = 0x1.62e42fefa39efp-1;
constexpr double kPi = 0x1.921fb54442d18p+1;

// cos y = 1 - y^2/2 + y^4 q(y^2) and sin y = y + y^3 q(y^2), |y| <= pi/4.
constexpr double kCosCoefficients[7] = {
    0x1.5555555555555p-5,   -0x1.6c16c16c16c16p-10, 0x1.a01a01a019d0ap-16,
    -0x1.27e4fb7712ca2p-22, 0x1.1eed8deb82809p-29,  -0x1.9394b9eb4d56dp-37,
    0x1.ab78473be59d7p-45};
constexpr double kSinCoefficients[7] = {
    -0x1.5555555555555p-3, 0x1.1111111111110p-7,   -0x1.a01a01a019937p-13,
    0x1.71de3a54607a5p-19, -0x1.ae64541295cdfp-26, 0x1.61217ee5cca1bp-33,
    -0x1.ab17bdcbd3414p-41};

template <int N>
double Horner(const double (&coefficients)[N], double x) {
  double sum = coefficients[N - 1];
  for (int i = N - 2; i >= 0; --i) sum = sum * x + coefficients[i];
  return sum;
}

// The logarithm, to any base, of what is not positive and finite.
std::optional<double> SpecialLog(double x) {
  if (std::isnan(x) || x < 0.0) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (x == 0.0) return -std::numeric_limits<double>::infinity();
  if (std::isinf(x)) return x;
  return std::nullopt;
}

}  // namespace

double Exp(double x) {
  if (std::isnan(x)) return x;
  if (x < -745.0) return 0.0;
  if (x > 709.78) return std::numeric_limits<double>::infinity();
  const ReducedExp e = ReduceExp(x);
  return std::ldexp(e.mantissa, static_cast<int>(e.k));
}

double Exp2(double x) {
  if (std::isnan(x)) return x;
  if (x <= -1075.0) return 0.0;
  if (x >= 1024.0) return std::numeric_limits<double>::infinity();
  const double k = (x + kRoundMagic) - kRoundMagic;
  return std::ldexp(Exp((x - k) * kLn2), static_cast<int>(k));
}

double Log(double x) {
  if (const auto special = SpecialLog(x)) return *special;
  const LogParts p = SplitLog(x);
  return p.exponent * kLn2Head + (p.exponent * kLn2Tail + (p.twice_s + p.rest));
}

double Log2(double x) {
  if (const auto special = SpecialLog(x)) return *special;
  const LogParts p = SplitLog(x);
  return p.exponent + (p.twice_s + p.rest) * kLog2E;
}

double Pow(double base, double exponent) { return Exp(exponent * Log(base)); }

double CosPi(double f) {
  if (f > 0.5) return -CosPi(1.0 - f);
  if (f <= 0.25) {
    const double y = f * kPi;
    const double z = y * y;
    return (1.0 - z * 0.5) + (z * z) * Horner(kCosCoefficients, z);
  }
  const double y = (0.5 - f) * kPi;
  const double z = y * y;
  return y + (y * z) * Horner(kSinCoefficients, z);
}

// Rounding to nearest, -0 + 0 is +0; any other sum with 0 is the number.
double WithOneZero(double x) { return x + 0.0; }

}  // namespace sampler

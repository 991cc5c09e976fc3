#include "tests/oracle/house.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

namespace oracle {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLog2E = 0x1.71547652b82fep+0;
constexpr double kSqrt2 = 0x1.6a09e667f3bcdp+0;
constexpr double kLn2 = 0x1.62e42fefa39efp-1;
constexpr double kPi = 0x1.921fb54442d18p+1;

// ln 2 in two parts; the high one has zeros at its end, so that a small
// integer times it is exact.
constexpr double kLn2High = 0x1.62e42fefa0000p-1;
constexpr double kLn2Low = 0x1.cf79abc9e3b3ap-40;

// (e^r - 1 - r) / r^2 on |r| <= ln(2) / 2.
constexpr std::array<double, 10> kExp = {
    0x1.0000000000000p-1,  0x1.5555555555556p-3,  0x1.5555555553d63p-5,
    0x1.11111111109b3p-7,  0x1.6c16c1788bd90p-10, 0x1.a01a01a7c41d5p-13,
    0x1.a019b90d2ae7ap-16, 0x1.71de0dae63bb3p-19, 0x1.289185613a3d6p-22,
    0x1.af38a9b0ec855p-26};

// The same on |r| <= ln(2) / 16, and 2^(i / 8).
constexpr std::array<double, 6> kShortExp = {
    0x1.000000000002ep-1, 0x1.555555555556ap-3,  0x1.5555554e945dbp-5,
    0x1.1111110e10a41p-7, 0x1.6c1b70f434f0fp-10, 0x1.a01e2bdf0ac83p-13};
constexpr std::array<double, 8> kEighths = {
    0x1.0000000000000p+0, 0x1.172b83c7d517bp+0, 0x1.306fe0a31b715p+0,
    0x1.4bfdad5362a27p+0, 0x1.6a09e667f3bcdp+0, 0x1.8ace5422aa0dbp+0,
    0x1.ae89f995ad3adp+0, 0x1.d5818dcfba487p+0};

// (ln((1 + s) / (1 - s)) - 2 s) / s^3 in z = s^2.
constexpr std::array<double, 9> kLog = {
    0x1.5555555555555p-1, 0x1.9999999999998p-2, 0x1.2492492492962p-2,
    0x1.c71c71c64b463p-3, 0x1.745d17d40cf59p-3, 0x1.3b137afb813a0p-3,
    0x1.111d30dcfa14ap-3, 0x1.debd2cc5021e0p-4, 0x1.e6bf079f670fep-4};

// (cos y - 1 + y^2 / 2) / y^4 in z = y^2.
constexpr std::array<double, 7> kCos = {
    0x1.5555555555555p-5,   -0x1.6c16c16c16c16p-10, 0x1.a01a01a019d0ap-16,
    -0x1.27e4fb7712ca2p-22, 0x1.1eed8deb82809p-29,  -0x1.9394b9eb4d56dp-37,
    0x1.ab78473be59d7p-45};

// (sin y - y) / y^3 in z = y^2.
constexpr std::array<double, 7> kSin = {
    -0x1.5555555555555p-3, 0x1.1111111111110p-7,   -0x1.a01a01a019937p-13,
    0x1.71de3a54607a5p-19, -0x1.ae64541295cdfp-26, 0x1.61217ee5cca1bp-33,
    -0x1.ab17bdcbd3414p-41};

template <std::size_t n>
double Horner(const std::array<double, n>& coefficients, double x) {
  double result = coefficients[n - 1];
  for (std::size_t i = n - 1; i-- > 0;) {
    result = result * x;
    result = result + coefficients[i];
  }
  return result;
}

}  // namespace

double E(double x) {
  if (x != x) return x;
  if (x < -745) return 0;
  if (x > 709.78) return kInfinity;
  const double k = std::rint(x * kLog2E);
  const double r = (x - k * kLn2High) - k * kLn2Low;
  const double q = Horner(kExp, r);
  return std::ldexp(1 + (r + (r * r) * q), static_cast<int>(k));
}

double SoftmaxTerm(double x) {
  if (!(x >= -708)) return 0;
  const double n = std::rint(x * (8 * kLog2E));
  const double r = (x - n * (kLn2High / 8)) - n * (kLn2Low / 8);
  const auto whole = static_cast<int>(std::floor(n / 8));
  const auto eighth = static_cast<std::size_t>(static_cast<int>(n) - 8 * whole);
  const double power = std::ldexp(kEighths[eighth], whole);
  return power + power * (r + (r * r) * Horner(kShortExp, r));
}

double L(double x) {
  if (x == 0) return -kInfinity;
  if (x == kInfinity) return x;
  int exponent;
  double m = std::frexp(x, &exponent) * 2;  // frexp: [1/2, 1); here [1, 2)
  int e = exponent - 1;
  if (m > kSqrt2) {
    m *= 0.5;
    e += 1;
  }
  const double f = m - 1;
  const double s = f / (2 + f);
  const double z = s * s;
  const double q = Horner(kLog, z);
  return e * kLn2High + (e * kLn2Low + (2 * s + (s * z) * q));
}

double Exp2(double x) {
  if (x != x) return x;
  if (x <= -1075) return 0;
  if (x >= 1024) return kInfinity;
  const double k = std::rint(x);
  return std::ldexp(E((x - k) * kLn2), static_cast<int>(k));
}

double Log2(double x) {
  int e;
  const double half = std::frexp(x, &e);
  e -= 1;
  // Scaled by a power of two into the range where L has no integer part.
  const bool large = 2 * half > kSqrt2;
  return (large ? e + 1 : e) + L(large ? half : 2 * half) * kLog2E;
}

double Pow(double a, double b) { return E(b * L(a)); }

double CosPi(double f) {
  if (f > 0.5) return -CosPi(1 - f);
  if (f <= 0.25) {
    const double y = f * kPi;
    const double z = y * y;
    return (1 - z * 0.5) + (z * z) * Horner(kCos, z);
  }
  const double y = (0.5 - f) * kPi;
  const double z = y * y;
  return y + (y * z) * Horner(kSin, z);
}

}  // namespace oracle

#include "sampler/arithmetic/numeric.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <utility>

#include "gtest/gtest.h"
#include "sampler/arithmetic/exp.h"
#include "tests/arithmetic/uniform.h"
#include "tests/oracle/house.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// |value - exact| / |exact|. x87 long double has 64 bits of mantissa, so the
// reference itself is good to about 2^-63.
double RelativeError(double value, long double exact) {
  return static_cast<double>(
      std::fabs((static_cast<long double>(value) - exact) / exact));
}

TEST(Exp, StaysWithinItsErrorBound) {
  std::mt19937_64 random(1);
  const double ranges[][2] = {{-708, 709}, {-40, 0},      {-1, 1},
                              {-1e-3, 0},  {-1e-9, 1e-9}, {-0.4, 0.4}};
  for (const auto& [low, high] : ranges) {
    double worst = 0.0;
    for (int i = 0; i < Share(300000); ++i) {
      const double x = Uniform(random, low, high);
      worst = std::max(
          worst, RelativeError(Exp(x), std::exp(static_cast<long double>(x))));
    }
    EXPECT_LT(worst, 0x1p-51) << low << " to " << high;
  }
}

TEST(Exp, StaysWithinItsErrorBoundWhereTheReductionChangesItsInteger) {
  // k changes at (n + 1/2) ln 2, where |r| is largest.
  for (int n = -1020; n <= 1020; ++n) {
    double x = (n + 0.5) * 0.69314718055994530942;
    for (int i = 0; i < 8; ++i) x = std::nextafter(x, -kInfinity);
    for (int i = 0; i < 16; ++i) {
      EXPECT_LT(RelativeError(Exp(x), std::exp(static_cast<long double>(x))),
                0x1p-51)
          << x;
      x = std::nextafter(x, kInfinity);
    }
  }
}

TEST(Exp, HasItsSpecialValues) {
  EXPECT_EQ(Exp(0.0), 1.0);
  EXPECT_EQ(Exp(-0.0), 1.0);
  EXPECT_EQ(Exp(-kInfinity), 0.0);
  EXPECT_EQ(Exp(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(Exp(kNan)));
  EXPECT_EQ(Exp(std::nextafter(-745.0, -kInfinity)), 0.0);
  EXPECT_GT(Exp(-745.0), 0.0);
  EXPECT_TRUE(std::isfinite(Exp(709.78)));
  EXPECT_EQ(Exp(std::nextafter(709.78, kInfinity)), kInfinity);
  EXPECT_EQ(Exp(-std::numeric_limits<double>::max()), 0.0);
  EXPECT_EQ(Exp(std::numeric_limits<double>::max()), kInfinity);
  EXPECT_EQ(Exp(std::numeric_limits<double>::denorm_min()), 1.0);
}

TEST(Exp, NeverFallsWhereItsArgumentRises) {
  std::mt19937_64 random(2);
  for (int i = 0; i < Share(200000); ++i) {
    const double x = Uniform(random, -745, 709.7);
    // Neighbours may round to one value in either order of the last bit; a
    // step of 2^-40 may not.
    EXPECT_LE(Exp(x), Exp(x + std::fabs(x) * 0x1p-40 + 0x1p-40)) << x;
  }
}

TEST(Exp, IsTheKernelsExponential) {
  std::mt19937_64 random(3);
  for (int i = 0; i < Share(100000); ++i) {
    const double x = Uniform(random, -708, 709);
    ASSERT_EQ(Bits(Exp(x)), Bits(ExpInNormalRange(x))) << x;
  }
}

TEST(Log, StaysWithinItsErrorBound) {
  std::mt19937_64 random(4);
  double worst = 0.0;
  const auto check = [&](double x) {
    if (x == 1.0) return;
    worst = std::max(
        worst, RelativeError(Log(x), std::log(static_cast<long double>(x))));
  };
  for (int i = 0; i < Share(500000); ++i) {
    check(Uniform(random, 0.0, 2.0));
    check(Uniform(random, 0.6, 1.5));
    // Where exponent and mantissa nearly cancel.
    check(Uniform(random, 0.7, 0.708));
    check(Uniform(random, 1.414, 1.43));
    // Any positive double, subnormals included.
    const double any = std::bit_cast<double>(random() >> 1);
    if (std::isfinite(any) && any > 0.0) check(any);
  }
  EXPECT_LT(worst, 0x1p-51);
}

TEST(Log, IsRelativelyGoodVeryNearOne) {
  for (double x = 1.0; x < 1.0 + 0x1p-44; x = std::nextafter(x, 2.0)) {
    if (x == 1.0) continue;
    ASSERT_LT(RelativeError(Log(x), std::log(static_cast<long double>(x))),
              0x1p-51);
  }
  double x = std::nextafter(1.0, 0.0);
  for (int i = 0; i < 500; ++i, x = std::nextafter(x, 0.0)) {
    ASSERT_LT(RelativeError(Log(x), std::log(static_cast<long double>(x))),
              0x1p-51);
  }
}

TEST(Log, HasItsSpecialValues) {
  EXPECT_EQ(Log(1.0), 0.0);
  EXPECT_EQ(Log(0.0), -kInfinity);
  EXPECT_EQ(Log(-0.0), -kInfinity);
  EXPECT_EQ(Log(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(Log(-1.0)));
  EXPECT_TRUE(std::isnan(Log(-std::numeric_limits<double>::denorm_min())));
  EXPECT_TRUE(std::isnan(Log(-kInfinity)));
  EXPECT_TRUE(std::isnan(Log(kNan)));
}

TEST(Log, InvertsExp) {
  std::mt19937_64 random(5);
  for (int i = 0; i < Share(100000); ++i) {
    const double x = Uniform(random, -700, 700);
    ASSERT_NEAR(Log(Exp(x)), x, std::max(1.0, std::fabs(x)) * 0x1p-50);
  }
}

TEST(Exp2, StaysWithinItsErrorBound) {
  std::mt19937_64 random(10);
  double worst = 0.0;
  for (const auto& [low, high] : {std::pair(-1022.0, 1023.0),
                                  {-40.0, 40.0},
                                  {-1.0, 1.0},
                                  {-1e-9, 1e-9}}) {
    for (int i = 0; i < Share(200000); ++i) {
      const double x = Uniform(random, low, high);
      worst = std::max(
          worst,
          RelativeError(Exp2(x), std::exp2(static_cast<long double>(x))));
    }
  }
  EXPECT_LT(worst, 0x1p-51);
}

TEST(Log2, StaysWithinItsErrorBound) {
  std::mt19937_64 random(11);
  double worst = 0.0;
  const auto check = [&](double x) {
    if (x == 1.0) return;
    worst = std::max(
        worst, RelativeError(Log2(x), std::log2(static_cast<long double>(x))));
  };
  for (int i = 0; i < Share(300000); ++i) {
    check(Uniform(random, 0.0, 2.0));
    check(Uniform(random, 0.6, 1.5));
    check(Uniform(random, 0.7, 0.708));
    check(Uniform(random, 1.414, 1.43));
    const double any = std::bit_cast<double>(random() >> 1);
    if (std::isfinite(any) && any > 0.0) check(any);
  }
  EXPECT_LT(worst, 0x1p-50);
}

TEST(BaseTwo, IsExactAtPowersOfTwoAndHasItsSpecialValues) {
  for (int n = -1074; n <= 1023; ++n) {
    ASSERT_EQ(Exp2(n), std::ldexp(1.0, n));
    ASSERT_EQ(Log2(std::ldexp(1.0, n)), n);
  }
  EXPECT_EQ(Exp2(-1075.0), 0.0);
  EXPECT_EQ(Exp2(-kInfinity), 0.0);
  EXPECT_EQ(Exp2(1024.0), kInfinity);
  EXPECT_EQ(Exp2(kInfinity), kInfinity);
  EXPECT_TRUE(std::isfinite(Exp2(std::nextafter(1024.0, 0.0))));
  EXPECT_TRUE(std::isnan(Exp2(kNan)));
  EXPECT_EQ(Log2(0.0), -kInfinity);
  EXPECT_EQ(Log2(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(Log2(-1.0)));
  EXPECT_TRUE(std::isnan(Log2(kNan)));
}

TEST(Pow, IsExpOfTheScaledLog) {
  EXPECT_EQ(Pow(7.0, 0.0), 1.0);
  EXPECT_EQ(Pow(1.0, 123.0), 1.0);
  EXPECT_NEAR(Pow(2.0, 0.5), 0x1.6a09e667f3bcdp+0, 0x1p-51);
  std::mt19937_64 random(6);
  for (int i = 0; i < Share(100000); ++i) {
    const double base = Uniform(random, 1e-3, 10);
    const double exponent = Uniform(random, 0, 1);
    ASSERT_EQ(Bits(Pow(base, exponent)), Bits(Exp(exponent * Log(base))));
  }
}

TEST(Pow, StaysWithinItsErrorBound) {
  std::mt19937_64 random(12);
  for (int i = 0; i < Share(200000); ++i) {
    const double base = Uniform(random, 0.0, 2.0) * (i % 2 == 0 ? 1.0 : 1e3);
    const double exponent = Uniform(random, -100.0, 100.0);
    const double t = std::fabs(exponent * Log(base));
    if (base == 0.0 || t > 700.0) continue;
    ASSERT_LT(RelativeError(Pow(base, exponent),
                            std::pow(static_cast<long double>(base),
                                     static_cast<long double>(exponent))),
              (1.26 * t + 1.0) * 0x1p-51)
        << base << "^" << exponent;
  }
}

TEST(CosPi, StaysWithinItsErrorBound) {
  std::mt19937_64 random(7);
  constexpr long double kPi = 3.141592653589793238462643383279502884L;
  double worst = 0.0;
  for (int i = 0; i < Share(300000); ++i) {
    const double f = Uniform(random, 0.0, 1.0);
    // sin of the complement: cos(pi f) loses bits near f = 1/2.
    const long double exact = std::sin(kPi * (0.5L - f));
    worst = std::max(worst, static_cast<double>(std::fabs(CosPi(f) - exact)));
  }
  EXPECT_LT(worst, 0x1p-51);
}

TEST(CosPi, IsExactAtTheEndsAndInTheMiddle) {
  EXPECT_EQ(CosPi(0.0), 1.0);
  EXPECT_EQ(CosPi(0.5), 0.0);
  EXPECT_EQ(CosPi(1.0), -1.0);
}

TEST(CosPi, IsOddAboutTheMiddle) {
  std::mt19937_64 random(8);
  for (int i = 0; i < Share(10000); ++i) {
    const double f = static_cast<double>(random() >> 40) * 0x1p-24;
    ASSERT_EQ(CosPi(f), -CosPi(1.0 - f)) << f;
  }
}

}  // namespace
}  // namespace sampler

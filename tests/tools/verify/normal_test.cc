// Normal tails against erfc in long double, and against plain integration.

#include "tools/verify/normal.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace sampler::tools::normal_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

long double LogTail(long double x) {
  return std::log(0.5L * std::erfc(x / std::sqrt(2.0L)));
}

void ExpectNear(double got, long double want, double relative) {
  EXPECT_LE(std::fabs(static_cast<long double>(got) - want),
            relative * std::max(1e-3L, std::fabs(want)))
      << got << " beside " << static_cast<double>(want);
}

TEST(Normal, TailsAreThoseOfErfc) {
  for (double x = -30.0; x <= 100.0; x += 0.0371) {
    SCOPED_TRACE(x);
    // Below -5 the tail is 1 less a sliver, which erfc rounds away.
    const long double want =
        x < -5.0 ? std::log1p(-0.5L * std::erfc(-x / std::sqrt(2.0L)))
                 : LogTail(x);
    ExpectNear(LogNormalTail(x), want, 1e-13);
  }
}

TEST(Normal, FarTailsFollowTheirExpansion) {
  // ln P(N > x) = -x^2 / 2 - ln(x sqrt(2 pi)) - 1 / x^2 + ...
  for (const double x : {1e3, 1e5, 1e8}) {
    const long double want =
        -0.5L * x * x - std::log(x * std::sqrt(2.0L * std::acos(-1.0L)));
    ExpectNear(LogNormalTail(x), want, 1e-11);
  }
  EXPECT_EQ(LogNormalTail(kInfinity), -kInfinity);
  EXPECT_EQ(LogNormalTail(-kInfinity), 0.0);
}

TEST(Normal, IntervalsAreIntegralsOfTheDensity) {
  for (const double low : {-6.0, -2.5, -1.0, -0.3, 0.0, 0.7, 3.0, 9.0}) {
    for (const double width : {1e-3, 0.1, 1.0, 4.0}) {
      SCOPED_TRACE(low);
      SCOPED_TRACE(width);
      // Simpson's rule on 20,000 pieces.
      const int pieces = 20'000;
      const long double h = static_cast<long double>(width) / pieces;
      long double sum = 0.0L;
      for (int i = 0; i <= pieces; ++i) {
        const long double x = low + h * i;
        const int weight = i == 0 || i == pieces ? 1 : i % 2 == 1 ? 4 : 2;
        sum += weight * std::exp(-0.5L * x * x);
      }
      const long double area =
          sum * h / 3.0L / std::sqrt(2.0L * std::acos(-1.0L));
      ExpectNear(LogNormalBetween(low, low + width), std::log(area), 1e-11);
    }
  }
}

TEST(Normal, EmptyIntervalsHaveNoMass) {
  EXPECT_EQ(LogNormalBetween(1.0, 1.0), -kInfinity);
  EXPECT_EQ(LogNormalBetween(2.0, 1.0), -kInfinity);
  EXPECT_EQ(LogOneMinusExp(0.0), -kInfinity);
  ExpectNear(LogOneMinusExp(-1e-8), std::log(-std::expm1(-1e-8L)), 1e-14);
  ExpectNear(LogOneMinusExp(-0.1), std::log(-std::expm1(-0.1L)), 1e-14);
  ExpectNear(LogOneMinusExp(-3.0), std::log(-std::expm1(-3.0L)), 1e-14);
}

}  // namespace
}  // namespace sampler::tools::normal_test

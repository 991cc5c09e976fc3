// Upper tails: known values, laws, and the whole sums they stand for.

#include "sampler/arithmetic/tail.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "gtest/gtest.h"

namespace sampler {
namespace {

// ln of e^-x times the sum of x^k / k! for k < n, in long double.
double SlowGammaTail(int n, double x) {
  std::vector<long double> terms;
  long double log_term = -static_cast<long double>(x);
  long double most = log_term;
  for (int k = 0; k < n; ++k) {
    terms.push_back(log_term);
    most = std::max(most, log_term);
    log_term += std::log(static_cast<long double>(x)) -
                std::log(static_cast<long double>(k + 1));
  }
  long double sum = 0;
  for (const long double term : terms) sum += std::exp(term - most);
  return static_cast<double>(most + std::log(sum));
}

double SlowBinomialTail(int k, int n, double p) {
  long double sum = 0;
  for (int i = k; i <= n; ++i) {
    sum += std::exp(std::lgamma(n + 1.0L) - std::lgamma(i + 1.0L) -
                    std::lgamma(n - i + 1.0L) +
                    i * std::log(static_cast<long double>(p)) +
                    (n - i) * std::log1p(-static_cast<long double>(p)));
  }
  return static_cast<double>(std::log(sum));
}

TEST(GammaTail, IsTheSumOfPoissonTerms) {
  for (const int n : {1, 2, 3, 10, 15, 16, 17, 50, 100, 1000, 20000}) {
    for (const double f : {0.01, 0.5, 0.95, 1.0, 1.02, 1.5, 4.0, 20.0}) {
      const double x = n * f;
      EXPECT_NEAR(LogGammaTail(n, x), SlowGammaTail(n, x), 2e-10)
          << n << " " << x;
    }
  }
}

TEST(GammaTail, OfKnownShapes) {
  // e^-x; erfc(sqrt x) for shape 1/2, erfc and a term for 3/2.
  EXPECT_NEAR(LogGammaTail(1, 700), -700, 1e-12);
  for (const double x : {0.01, 0.3, 1.0, 2.0, 9.0}) {
    EXPECT_NEAR(LogGammaTail(0.5, x), std::log(std::erfc(std::sqrt(x))), 1e-13);
    const double more =
        std::erfc(std::sqrt(x)) + 2 * std::sqrt(x / M_PI) * std::exp(-x);
    EXPECT_NEAR(LogGammaTail(1.5, x), std::log(more), 1e-13);
  }
  EXPECT_EQ(LogGammaTail(3.5, 0), 0.0);
  EXPECT_EQ(LogGammaTail(1000, 1e-3), 0.0);
}

TEST(BinomialTail, IsTheSumOfItsTerms) {
  for (const int n : {1, 2, 5, 16, 40, 200, 1000}) {
    for (const double p : {0.25, 0.5, 0.9, 0.01}) {
      for (int k = 1; k <= n; k += 1 + n / 20) {
        EXPECT_NEAR(LogBinomialTail(k, n, p), SlowBinomialTail(k, n, p), 1e-11)
            << k << " " << n << " " << p;
      }
      EXPECT_NEAR(LogBinomialTail(n, n, p), n * std::log(p), 1e-11);
      EXPECT_EQ(LogBinomialTail(0, n, p), 0.0);
      EXPECT_EQ(LogBinomialTail(n + 1, n, p),
                -std::numeric_limits<double>::infinity());
    }
  }
  EXPECT_EQ(LogBinomialTail(0, 0, 0.5), 0.0);
}

// P(A c + B d >= x), by Simpson's rule over A.
double SlowTwoGammas(int n, double c, double d, double x) {
  const int steps = 20000;
  const double end = x / c;
  double sum = std::exp(SlowGammaTail(n, end));
  for (int i = 1; i < steps; ++i) {
    const double y = end * i / steps;
    const double density = std::exp((n - 1) * std::log(y) - y -
                                    std::lgamma(static_cast<double>(n)));
    const double weight = (i % 2 == 1 ? 4.0 : 2.0) / 3.0;
    sum += weight * density * std::exp(SlowGammaTail(n, (x - c * y) / d)) *
           end / steps;
  }
  // At its end the integrand is the density, at its beginning it is 0 (n > 1).
  sum += std::exp((n - 1) * std::log(end) - end -
                  std::lgamma(static_cast<double>(n))) *
         end / steps / 3.0;
  return std::log(sum);
}

TEST(TwoGammasTail, IsTheIntegral) {
  for (const int n : {2, 5, 12}) {
    for (const double share : {0.1, 0.3, 0.9}) {
      for (const double f : {0.5, 1.0, 1.4, 2.5}) {
        const double x = n * f;
        EXPECT_NEAR(LogTwoGammasTail(n, share, x).value(),
                    SlowTwoGammas(n, 1 - share, share, x), 1e-7)
            << n << " " << share << " " << x;
      }
    }
  }
}

TEST(TwoGammasTail, OfOneGammaAndOfTwoEqualOnes) {
  EXPECT_EQ(LogTwoGammasTail(7, 0, 9), LogGammaTail(7, 9));
  EXPECT_EQ(LogTwoGammasTail(7, 1, 9), LogGammaTail(7, 9));
  EXPECT_EQ(LogTwoGammasTail(7, 0.5, 9), LogGammaTail(14, 18));
  EXPECT_NEAR(LogTwoGammasTail(7, 0.4999999, 9).value(), LogGammaTail(14, 18),
              1e-6);
  EXPECT_EQ(LogTwoGammasTail(7, 0.25, 0), 0.0);
}

TEST(TwoGammasTail, SaysWhereItWouldTakeTooLong) {
  EXPECT_EQ(LogTwoGammasTail(1000, 1e-5, 1000), std::nullopt);
  EXPECT_TRUE(LogTwoGammasTail(1000, 1e-2, 1000).has_value());
}

}  // namespace
}  // namespace sampler

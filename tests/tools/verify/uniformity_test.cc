// The Cramer-von Mises test against published quantiles of its limit law and
// against simulated samples.

#include "tools/verify/uniformity.h"

#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/test_share.h"

namespace sampler::tools {
namespace {

// Anderson and Darling (1952), table 1.
TEST(CramerVonMises, HasThePublishedQuantiles) {
  struct Quantile {
    double t;
    double tail;
  };
  for (const Quantile& q :
       {Quantile{0.04601, 0.90}, Quantile{0.11888, 0.50},
        Quantile{0.34730, 0.10}, Quantile{0.46136, 0.05},
        Quantile{0.74346, 0.01}, Quantile{1.16786, 0.001}}) {
    EXPECT_NEAR(CramerVonMisesTail(q.t), q.tail, 4e-5) << q.t;
  }
  EXPECT_EQ(CramerVonMisesTail(0.0), 1.0);
  EXPECT_EQ(CramerVonMisesTail(-1.0), 1.0);
  EXPECT_LT(CramerVonMisesTail(5.0), 1e-10);
  double before = 1.0;
  for (double t = 0.001; t < 3.0; t *= 1.1) {
    EXPECT_LE(CramerVonMisesTail(t), before);
    before = CramerVonMisesTail(t);
  }
}

// T is n times the integral of (F_n(u) - u)^2.
TEST(CramerVonMises, IsTheIntegralOfTheSquaredDistance) {
  const std::vector<double> sample = {0.8, 0.1, 0.35, 0.35, 0.99};
  const int steps = 1'000'000;
  long double sum = 0.0L;
  for (int i = 0; i < steps; ++i) {
    const double u = (i + 0.5) / steps;
    int below = 0;
    for (const double x : sample) below += x <= u ? 1 : 0;
    const long double gap = below / 5.0L - u;
    sum += gap * gap;
  }
  EXPECT_NEAR(CramerVonMises(sample), static_cast<double>(5.0L * sum / steps),
              1e-5);
  EXPECT_TRUE(std::isnan(CramerVonMises({})));
}

TEST(CramerVonMises, ItsPValuesAreUniform) {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  const int trials = Share(4000);
  int below_tenth = 0;
  int below_half = 0;
  for (int trial = 0; trial < trials; ++trial) {
    std::vector<double> sample(200);
    for (double& u : sample) u = uniform(random);
    const double p = CramerVonMisesTail(CramerVonMises(sample));
    below_tenth += p < 0.1 ? 1 : 0;
    below_half += p < 0.5 ? 1 : 0;
  }
  const double n = trials;
  EXPECT_NEAR(below_tenth / n, 0.1, 5.0 * std::sqrt(0.09 / n) + 0.003);
  EXPECT_NEAR(below_half / n, 0.5, 5.0 * std::sqrt(0.25 / n) + 0.003);
}

}  // namespace
}  // namespace sampler::tools

// Rough masses are near the true ones, and sums of them hold what a plain loop
// finds, on every instruction set.

#include "sampler/kernels/term_sums.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/kernels/every_target.h"
#include "tests/support/test_share.h"

namespace sampler::kernels::term_sums_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class TermSumsTest : public OnEveryTarget {
 protected:
  // Logits up to `max`, some far below, some removed.
  std::vector<double> Logits(std::size_t count, double max) {
    std::vector<double> logits(count);
    for (double& logit : logits) {
      logit = max - static_cast<double>(random_() % 100000) * 1e-3;
      if (random_() % 9 == 0) logit = -kInfinity;
      if (random_() % 9 == 0) logit = -1e300;
    }
    logits[random_() % count] = max;
    return logits;
  }

  std::mt19937_64 random_{3};
};

TEST_P(TermSumsTest, TermsAreNearTheTrueOnes) {
  for (int round = 0; round < Share(200); ++round) {
    const double max = static_cast<double>(random_() % 2000) - 1000.0;
    const double center = max - static_cast<double>(random_() % 20);
    const std::size_t count = 1 + random_() % 300;
    const std::vector<double> logits = Logits(count, max);
    const std::size_t size = PaddedTerms(count);
    ASSERT_EQ(size % kTermsStep, 0u);
    std::vector<float> distances(size), masses(size);
    ComputeTerms(logits.data(), count, max, center, distances.data(),
                 masses.data());
    for (std::size_t i = 0; i < size; ++i) {
      const double offset = i < count ? logits[i] - max : -kInfinity;
      if (offset < -80.0) {
        ASSERT_EQ(masses[i], 0.0f);
        ASSERT_EQ(distances[i], kFarthestTerm);
      } else if (offset > -79.9) {
        const double mass = std::exp(offset);
        ASSERT_NEAR(static_cast<double>(masses[i]), mass, 1e-5 * mass);
        ASSERT_NEAR(static_cast<double>(distances[i]),
                    std::fabs(logits[i] - center), 1e-4);
      }
    }
  }
}

TEST_P(TermSumsTest, SumsAreThoseOfAPlainLoop) {
  for (int round = 0; round < Share(200); ++round) {
    const std::size_t count = 1 + random_() % 3000;
    const std::vector<double> logits = Logits(count, 5.0);
    const std::size_t size = PaddedTerms(count);
    std::vector<float> distances(size), masses(size);
    ComputeTerms(logits.data(), count, 5.0, 5.0, distances.data(),
                 masses.data());
    // Also at a distance that occurs: it lies within.
    const float bound = round % 2 == 0 ? distances[random_() % count]
                                       : static_cast<float>(random_() % 90);
    if (!(bound < kFarthestTerm)) continue;
    double within = 0.0;
    double beyond = 0.0;
    double squares = 0.0;
    std::size_t number = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const auto mass = static_cast<double>(masses[i]);
      if (distances[i] <= bound) {
        within += mass;
        ++number;
      } else {
        beyond += mass;
        squares += mass * mass;
      }
    }
    const auto near = [](double sum) { return 1e-5 * sum + 1e-30; };
    const TermSums sums =
        SumTermsWithin(distances.data(), masses.data(), size, bound);
    EXPECT_EQ(sums.count, number);
    EXPECT_NEAR(sums.mass, within, near(within));
    EXPECT_NEAR(SumTermsBeyond(distances.data(), masses.data(), size, bound),
                beyond, near(beyond));
    EXPECT_NEAR(
        SumSquaredTermsBeyond(distances.data(), masses.data(), size, bound),
        squares, near(squares));
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, TermSumsTest, EveryTarget(), TargetName);

}  // namespace
}  // namespace sampler::kernels::term_sums_test

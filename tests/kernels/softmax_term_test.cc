// Terms of the reported softmax: the definition against long double, and every
// instruction set against the definition, bit for bit.

#include "sampler/kernels/softmax_term.h"

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/kernels/lane_sum.h"
#include "tests/kernels/every_target.h"
#include "tests/oracle/house.h"
#include "tests/support/test_share.h"

namespace sampler::kernels::softmax_term_test {
namespace {

constexpr double kRemoved = -std::numeric_limits<double>::infinity();

std::uint64_t Bits(double x) { return std::bit_cast<std::uint64_t>(x); }

TEST(SoftmaxTermDefinition, IsTheExponentialToItsLastBits) {
  EXPECT_EQ(SoftmaxTerm(3.5, 3.5), 1.0);
  std::mt19937_64 random(1);
  long double worst = 0.0L;
  for (int i = 0; i < Share(400'000); ++i) {
    const double unit = static_cast<double>(random() >> 11) * 0x1p-53;
    const double x = -unit * std::vector{1e-6, 1.0, 40.0, 708.0}[random() % 4];
    const double term = SoftmaxTerm(x, 0.0);
    const long double exact = std::exp(static_cast<long double>(x));
    worst = std::max(worst, std::abs((term - exact) / exact));
    ASSERT_EQ(Bits(term), Bits(oracle::SoftmaxTerm(x))) << x;
  }
  EXPECT_LT(worst, 0x1p-52L);
}

TEST(SoftmaxTermDefinition, EndsWhereNormalNumbersDo) {
  EXPECT_GT(SoftmaxTerm(-708.0, 0.0), std::numeric_limits<double>::min());
  EXPECT_EQ(SoftmaxTerm(std::nextafter(-708.0, -709.0), 0.0), 0.0);
  EXPECT_EQ(SoftmaxTerm(-3.5e38, 3.4e38), 0.0);
  EXPECT_EQ(SoftmaxTerm(-1.7e308, 1.7e308), 0.0);
  EXPECT_EQ(Bits(SoftmaxTerm(kRemoved, 2.0)), Bits(0.0));
}

class SoftmaxTermTest : public OnEveryTarget {
 protected:
  // Values at and below `max`: near it, far away, at the edge, removed.
  void Fill(double max, std::vector<double>& values) {
    for (double& value : values) {
      const double unit = static_cast<double>(random_() >> 11) * 0x1p-53;
      switch (random_() % 6) {
        case 0:
          value = max - 1000.0 * unit;
          break;
        case 1:
          value = max + kLowestTerm - (unit - 0.5) * 1e-12;
          break;
        case 2:
          value = random_() % 2 == 0 ? kRemoved : max;
          break;
        default:
          value = max - 40.0 * unit;
      }
    }
  }

  std::mt19937_64 random_{3};
};

TEST_P(SoftmaxTermTest, ComputesTheDefinition) {
  for (int round = 0; round < Share(400); ++round) {
    const double max = std::vector{0.0, 7.25, -3.4e38, 3.4e38}[random_() % 4];
    std::vector<double> values(random_() % 130);
    Fill(max, values);
    std::vector<double> terms(values.size());
    ComputeSoftmaxTerms(values.data(), values.size(), max, terms.data());
    for (std::size_t i = 0; i < values.size(); ++i) {
      ASSERT_EQ(Bits(terms[i]), Bits(SoftmaxTerm(values[i], max)))
          << values[i] << " under " << max;
    }
  }
}

TEST_P(SoftmaxTermTest, AddsAsPlainLoopsDo) {
  constexpr auto kStretch = static_cast<std::int32_t>(kStretchSize);
  for (int round = 0; round < Share(100); ++round) {
    LaneSum want;
    LaneSum got;
    // Some stretches are passed over.
    for (std::int32_t first = 0; first < 8 * kStretch; first += kStretch) {
      if (random_() % 3 == 0) continue;
      std::vector<double> values(kStretchSize);
      Fill(7.0, values);
      for (std::size_t i = 0; i < kStretchSize; ++i) {
        want.Add(first + static_cast<std::int32_t>(i),
                 SoftmaxTerm(values[i], 7.0));
      }
      AddSoftmaxTerms(values.data(), 7.0, got.Lanes(first));
    }
    ASSERT_EQ(Bits(got.Total()), Bits(want.Total()));
  }
}

INSTANTIATE_TEST_SUITE_P(Every, SoftmaxTermTest, EveryTarget(), TargetName);

}  // namespace
}  // namespace sampler::kernels::softmax_term_test

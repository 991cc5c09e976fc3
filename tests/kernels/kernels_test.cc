#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/kernels/block.h"
#include "tests/support/test_share.h"

namespace sampler::kernels::kernels_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// ---- Summarize and weights -------------------------------------------------

TEST(Summarize, EqualsAPlainLoop) {
  std::mt19937_64 random(1);
  const double special[] = {kInfinity, -kInfinity, kNan,   0.0,
                            -0.0,      1e308,      -1e308, 5e-324};
  for (int round = 0; round < Share(20000); ++round) {
    std::vector<double> values(random() % 65);
    const std::uint64_t special_share = 1 + random() % 20;
    for (double& v : values) {
      v = random() % special_share == 0
              ? special[random() % std::size(special)]
              : static_cast<double>(random() % 1000) - 500.0;
    }
    BlockSummary slow{-kInfinity, kInfinity, 0, false};
    for (const double v : values) {
      slow.has_nan |= std::isnan(v);
      if (!std::isnan(v)) slow.max = std::max(slow.max, v);
      if (std::isfinite(v)) {
        slow.min_finite = std::min(slow.min_finite, v);
        ++slow.finite;
      }
    }
    const BlockSummary fast = Summarize(values.data(), values.size());
    ASSERT_EQ(fast.max, slow.max);
    ASSERT_EQ(fast.min_finite, slow.min_finite);
    ASSERT_EQ(fast.finite, slow.finite);
    ASSERT_EQ(fast.has_nan, slow.has_nan);
  }
}

TEST(Summarize, SeesANanInEverySlotOfABlock) {
  for (std::size_t count = 1; count <= kBlockSize; ++count) {
    for (std::size_t at = 0; at < count; ++at) {
      std::vector<double> values(count, 1.0);
      values[at] = kNan;
      const BlockSummary s = Summarize(values.data(), count);
      EXPECT_TRUE(s.has_nan);
      EXPECT_EQ(s.finite, count - 1);
      EXPECT_EQ(s.max, count == 1 ? -kInfinity : 1.0);
    }
  }
}

TEST(ComputeWeights, AreWithinOneOfTheRoundedExponential) {
  std::mt19937_64 random(2);
  for (int i = 0; i < Share(300000); ++i) {
    const double max = static_cast<double>(random() % 200) - 100.0;
    const double value =
        max - static_cast<double>(random() >> 11) * 0x1p-53 * 40.0;
    const long double exact =
        std::rint(std::exp(static_cast<long double>(value - max)) * 0x1p51L);
    const Weight w = ComputeWeight(value, max);
    ASSERT_LE(std::fabs(static_cast<long double>(w) - exact), 1.0L) << value;
  }
}

TEST(ComputeWeights, GiveTheHeadExactlyItsWeight) {
  for (const double max : {0.0, -0.0, 1.0, -1e308, 1e308, 5e-324, 88.5}) {
    EXPECT_EQ(ComputeWeight(max, max), kLikeliestWeight);
  }
  EXPECT_EQ(ComputeWeight(0.0, -0.0), kLikeliestWeight);
  EXPECT_EQ(ComputeWeight(-0.0, 0.0), kLikeliestWeight);
  EXPECT_EQ(ComputeWeight(-5e-324, 0.0), kLikeliestWeight);
}

TEST(ComputeWeights, VanishFarBelowTheMaximum) {
  // w rounds to 0 below ln(2^-52) = -36.0437.
  EXPECT_EQ(ComputeWeight(-36.05, 0.0), 0u);
  EXPECT_EQ(ComputeWeight(-36.04, 0.0), 1u);
  EXPECT_EQ(ComputeWeight(-kZeroWeightGap, 0.0), 0u);
  for (const double x :
       {-50.0, -64.0, -65.0, -700.0, -750.0, -1e5, -1e308, -kInfinity}) {
    EXPECT_EQ(ComputeWeight(x, 0.0), 0u) << x;
    EXPECT_EQ(ComputeWeight(x, 100.0), 0u) << x;
  }
  EXPECT_EQ(ComputeWeight(-1.7e308, 1.7e308), 0u);  // The gap overflows.
}

TEST(ComputeWeights, AreThoseOfSingleValues) {
  std::mt19937_64 random(3);
  for (std::size_t count = 0; count <= kBlockSize; ++count) {
    std::vector<double> values(count);
    for (double& v : values) v = -static_cast<double>(random() % 1000) / 20.0;
    std::vector<Weight> weights(count + 1, 77);
    ComputeWeights(values.data(), count, 0.5, weights.data());
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(weights[i], ComputeWeight(values[i], 0.5));
    }
    EXPECT_EQ(weights[count], 77u);  // Nothing is written past the end.
  }
}

TEST(ComputeWeights, NeverRiseAsValuesFall) {
  double x = 0.0;
  Weight last = kLikeliestWeight;
  while (x > -40.0) {
    x -= 0x1p-12;
    const Weight w = ComputeWeight(x, 0.0);
    ASSERT_LE(w, last) << x;
    last = w;
  }
}

}  // namespace
}  // namespace sampler::kernels::kernels_test

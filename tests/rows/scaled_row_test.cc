#include "sampler/rows/scaled_row.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

double RandomFactor(std::mt19937_64& random) {
  const double factors[] = {0.5, 1.0 / 0.7, 1.0 / 3.0, 3.0, 1e10, 1e-20};
  return factors[random() % std::size(factors)];
}

double RandomNumber(std::mt19937_64& random) {
  return static_cast<double>(random() % 4000) / 64.0 - 31.0;
}

// The value of a stored number, by the definition.
double ValueOf(const ScaledRow& row, double stored) {
  for (const double factor : row.factors()) stored *= factor;
  return stored;
}

TEST(ScaledRow, FindsTheLeastNumberThatReachesAThreshold) {
  std::mt19937_64 random(1);
  const std::vector<float> floats = {1.0f};
  const std::vector<double> doubles = {1.0};
  ScaledRow row;
  for (int round = 0; round < Share(20'000); ++round) {
    const bool narrow = random() % 2 == 0;
    row.Reset(narrow ? Logits(floats) : Logits(doubles));
    for (std::uint64_t i = random() % 4; i > 0; --i) {
      row.Scale(RandomFactor(random));
    }
    const double threshold = ValueOf(row, RandomNumber(random));
    const std::optional<double> least = row.LeastStored(threshold);
    ASSERT_TRUE(least.has_value());
    ASSERT_GE(ValueOf(row, *least), threshold);
    const double below = narrow ? static_cast<double>(std::nextafter(
                                      static_cast<float>(*least),
                                      -std::numeric_limits<float>::infinity()))
                                : std::nextafter(*least, kRemoved);
    ASSERT_LT(ValueOf(row, below), threshold);
    ASSERT_LE(row.StoredThreshold(threshold), *least);
  }
}

TEST(ScaledRow, AnIntervalOfStoredNumbersHoldsTheValuesBetween) {
  std::mt19937_64 random(2);
  ScaledRow row;
  for (int round = 0; round < Share(2000); ++round) {
    std::vector<float> stored(100);
    for (float& number : stored) {
      number = static_cast<float>(RandomNumber(random));
    }
    row.Reset(stored);
    row.Scale(RandomFactor(random));
    row.Scale(RandomFactor(random));
    if (random() % 2 == 0) row.RaiseFloor(static_cast<double>(stored[7]));
    const double low = row.Value(random() % stored.size());
    const double high = row.Value(random() % stored.size());
    if (!(low < high) || IsRemoved(low)) continue;
    const StoredInterval found = row.Stored(low, high);
    ASSERT_TRUE(found.exact);
    for (std::size_t i = 0; i < stored.size(); ++i) {
      const auto number = static_cast<double>(stored[i]);
      ASSERT_EQ(found.interval.low <= number && number < found.interval.high,
                low <= row.Value(i) && row.Value(i) < high);
    }
  }
}

TEST(ScaledRow, ItsFloorIsOfStoredNumbers) {
  const std::vector<float> stored = {1.0f, 2.0f, 3.0f};
  ScaledRow row;
  row.Reset(stored);
  EXPECT_TRUE(row.IsPlainFloats());
  row.Scale(10.0);
  row.RaiseFloor(2.0);
  row.RaiseFloor(1.0);  // Lower: it stays.
  row.Scale(0.5);
  EXPECT_FALSE(row.IsPlainFloats());
  EXPECT_TRUE(row.HasFloor());
  EXPECT_EQ(row.Value(0), kRemoved);
  EXPECT_EQ(row.Value(1), 10.0);
  EXPECT_EQ(row.MaskAtLeast(0, 2.0), 6u);
  double loaded[3];
  row.Load(0, 3, loaded);
  EXPECT_EQ(loaded[0], kRemoved);
  EXPECT_EQ(loaded[2], 15.0);
  row.Reset(stored);
  EXPECT_FALSE(row.HasFloor());
  EXPECT_EQ(row.Value(0), 1.0);
}

}  // namespace
}  // namespace sampler

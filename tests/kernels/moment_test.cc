// Exact sums by vectors: the same integers, and the same bits of the floating
// lanes, as plain loops give, on every instruction set.

#include "sampler/kernels/moment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/kernels/lane_sum.h"
#include "tests/kernels/every_target.h"
#include "tests/support/test_share.h"

namespace sampler::kernels {
namespace {

constexpr auto kStretch = static_cast<std::int32_t>(kStretchSize);

class MomentTest : public OnEveryTarget {
 protected:
  std::mt19937_64 random_{3};
};

TEST_P(MomentTest, GivesWhatPlainLoopsGive) {
  for (int round = 0; round < Share(200); ++round) {
    LaneSum want;
    LaneSum got;
    // Some stretches are passed over.
    for (std::int32_t first = 0; first < 8 * kStretch; first += kStretch) {
      if (random_() % 3 == 0) continue;
      std::array<double, kStretchSize> values;
      const double spread = std::vector{1.0, 30.0, 1000.0}[random_() % 3];
      const double max = 7.0;
      for (double& value : values) {
        value = max - spread * static_cast<double>(random_() >> 11) * 0x1p-53;
        if (random_() % 9 == 0) {
          value = -std::numeric_limits<double>::infinity();
        }
        if (random_() % 60 == 0) value = max;
      }
      const Interval interval = {values[random_() % kStretchSize], values[5]};
      WeightParts parts = {0, 0};
      for (std::size_t i = 0; i < kStretchSize; ++i) {
        const Weight weight = ComputeWeight(values[i], max);
        parts.total += weight;
        if (interval.low <= values[i] && values[i] < interval.high) {
          parts.inside += weight;
        }
        if (weight == 0) continue;
        want.Add(first + static_cast<std::int32_t>(i),
                 static_cast<double>(weight) * (values[i] - max));
      }
      const WeightParts sums = SumWeightParts(values.data(), max, interval);
      ASSERT_EQ(sums.inside, parts.inside);
      ASSERT_EQ(sums.total, parts.total);
      const WeightParts with_moment =
          SumMoment(values.data(), max, interval, got.Lanes(first));
      ASSERT_EQ(with_moment.inside, parts.inside);
      ASSERT_EQ(with_moment.total, parts.total);
    }
    ASSERT_EQ(got.Total(), want.Total());
  }
}

TEST_P(MomentTest, AddsOffsetsAsPlainLoopsDo) {
  for (int round = 0; round < Share(200); ++round) {
    LaneSum want, got, want_squares, got_squares;
    for (std::int32_t first = 0; first < 8 * kStretch; first += kStretch) {
      if (random_() % 3 == 0) continue;
      std::array<double, kStretchSize> values;
      for (std::size_t i = 0; i < kStretchSize; ++i) {
        values[i] = static_cast<double>(random_() >> 11) * 0x1p-40 - 1000.0;
        if (random_() % 9 == 0) {
          values[i] = -std::numeric_limits<double>::infinity();
          continue;
        }
        const double offset = values[i] - 3.5;
        const auto id = first + static_cast<std::int32_t>(i);
        want.Add(id, offset);
        want_squares.Add(id, offset * offset);
      }
      AddOffsets(values.data(), 3.5, got.Lanes(first));
      AddSquaredOffsets(values.data(), 3.5, got_squares.Lanes(first));
    }
    ASSERT_EQ(got.Total(), want.Total());
    ASSERT_EQ(got_squares.Total(), want_squares.Total());
  }
}

INSTANTIATE_TEST_SUITE_P(Every, MomentTest, EveryTarget(), TargetName);

}  // namespace
}  // namespace sampler::kernels

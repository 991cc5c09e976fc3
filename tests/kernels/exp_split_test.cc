// A split row's list and rest hold what they should: the bound of the float32
// sums, attacked with the true ones, on every instruction set.

#include "sampler/kernels/exp_split.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/kernels/every_target.h"
#include "tests/support/test_share.h"

namespace sampler::kernels::exp_split_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// By how much of its bound a sum was off.
double Off(double got, long double want, const ExpSumError& error,
           double terms) {
  const double bound = error.relative * got +
                       error.per_distance * DistanceBound(got, terms, 1e-7) +
                       kTermError * terms;
  const auto off =
      static_cast<double>(std::fabs(want - static_cast<long double>(got)));
  EXPECT_LE(off, bound);
  return off / bound;
}

bool Contains(const Interval& interval, double value) {
  return interval.low <= value && value < interval.high;
}

double Attack(Logits row, double center, double scale,
              const SplitRanges& ranges,
              const std::vector<std::uint64_t>& edited,
              double least = kNoFloor) {
  ExpArgument argument(center, scale);
  argument.least = least;
  const std::size_t chunks = ChunkCount(row.size());
  std::vector<double> sums(chunks);
  std::vector<std::int32_t> ids(row.size() + kGatherSlack);
  std::vector<double> values(row.size() + kGatherSlack);
  const ExpSplit split = SplitExpOfRow(row, argument, ranges,
                                       edited.empty() ? nullptr : edited.data(),
                                       sums.data(), ids.data(), values.data());
  std::vector<long double> rest(chunks, 0.0L);
  std::vector<std::int32_t> listed;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const bool in = Contains(ranges.inside, row[i]);
    if (!edited.empty() && (edited[i / 64] >> (i % 64) & 1) != 0) {
      listed.push_back(static_cast<std::int32_t>(i));
      continue;
    }
    if (!in && Contains(ranges.listed, row[i])) {
      listed.push_back(static_cast<std::int32_t>(i));
      continue;
    }
    if (in || row[i] < least) continue;
    const long double x = (static_cast<long double>(row[i]) - center) * scale;
    if (x < -11000.0L) continue;  // 0, also of long doubles.
    rest[i / kChunkSize] += std::exp(x);
  }
  EXPECT_EQ(split.found, listed.size());
  for (std::size_t i = 0; i < std::min(split.found, listed.size()); ++i) {
    EXPECT_EQ(ids[i], listed[i]);
    const auto id = static_cast<std::size_t>(listed[i]);
    const bool is_edited =
        !edited.empty() && (edited[id / 64] >> (id % 64) & 1) != 0;
    if (!is_edited) {
      EXPECT_EQ(values[i], row[id]);
    }
  }
  double worst = 0.0;
  for (std::size_t c = 0; c < chunks; ++c) {
    worst = std::max(worst, Off(sums[c], rest[c], split.error,
                                static_cast<double>(kChunkSize)));
  }
  return worst;
}

class ExpSplitTest : public OnEveryTarget {
 protected:
  std::mt19937_64 random_{7};
};

TEST_P(ExpSplitTest, BoundsTheTrueSumsOfRandomRows) {
  double worst = 0.0;
  for (int round = 0; round < Share(2000); ++round) {
    const std::size_t size = 1 + random_() % 900;
    const float spread = std::vector{0.001f, 1.0f, 20.0f}[random_() % 3];
    const float offset = std::vector{0.0f, 17.3f, -250.0f}[random_() % 3];
    std::vector<float> row(size);
    for (float& l : row) {
      l = offset + spread * static_cast<float>(random_() % 100000) * 1e-5f;
    }
    const auto max =
        static_cast<double>(*std::max_element(row.begin(), row.end()));
    const auto any = [&] { return static_cast<double>(row[random_() % size]); };
    const Interval inside = {any(), random_() % 2 == 0 ? kInfinity : any()};
    SplitRanges ranges = {inside, inside};
    if (random_() % 2 == 0) {
      ranges.listed.low = std::min(inside.low, any());
      ranges.listed.high = std::max(inside.high, any());
    }
    for (float& l : row) {
      if (random_() % 50 == 0) l = -std::numeric_limits<float>::infinity();
    }
    std::vector<std::uint64_t> edited;
    if (random_() % 3 == 0) {
      edited.resize(BlockCount(size));
      for (auto& word : edited) word = random_() & random_();
    }
    const double scale = std::vector{1.0, 1.0 / 0.7, 0.1, 3.3}[random_() % 4];
    double least = kNoFloor;
    if (random_() % 2 == 0) {
      // Ranges of what is left do not go below it.
      least = static_cast<double>(row[random_() % size]);
      ranges.inside.low = std::max(ranges.inside.low, least);
      ranges.listed.low = std::max(ranges.listed.low, least);
    }
    worst =
        std::max(worst, Attack(Logits(row), max, scale, ranges, edited, least));
    const std::vector<double> doubles(row.begin(), row.end());
    worst = std::max(
        worst, Attack(Logits(doubles), max + 1e-9, scale, ranges, edited));
  }
  std::cout << "at worst " << 100.0 * worst << " % of the bound\n";
  EXPECT_GT(worst, 0.01);
}

INSTANTIATE_TEST_SUITE_P(Every, ExpSplitTest, EveryTarget(), TargetName);

}  // namespace
}  // namespace sampler::kernels::exp_split_test

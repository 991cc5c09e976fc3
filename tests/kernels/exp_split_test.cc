// The two parts of a split row hold what they should: the bound of the float32
// sums, attacked for each with the true sums, on every instruction set.

#include "sampler/kernels/exp_split.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/kernels/dispatch.h"
#include "tests/support/test_share.h"

namespace sampler::kernels {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct TrueSum {
  long double sum = 0.0L;
  long double gap = 0.0L;
};

// By how much of its bound a part was off.
double Off(const ExpSums& got, const TrueSum& want, const ExpSumError& error,
           double terms) {
  const double bound =
      error.relative * got.sum + error.per_gap * got.gap + kTermError * terms;
  const auto off = static_cast<double>(
      std::fabs(want.sum - static_cast<long double>(got.sum)));
  EXPECT_LE(off, bound);
  EXPECT_NEAR(got.gap, static_cast<double>(want.gap),
              1e-3 * static_cast<double>(want.gap) + 1e-14 * terms);
  return off / bound;
}

double Attack(Logits row, double center, double scale, const Interval& interval,
              const std::vector<std::uint64_t>& edited,
              double least = kNoFloor) {
  ExpArgument argument(center, scale);
  argument.least = least;
  const ExpSplit split = SplitExpOfRow(
      row, argument, interval, edited.empty() ? nullptr : edited.data());
  TrueSum inside;
  TrueSum outside;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!edited.empty() && (edited[i / 64] >> (i % 64) & 1) != 0) continue;
    if (row[i] < least) continue;
    const long double x = (static_cast<long double>(row[i]) - center) * scale;
    if (x < -11000.0L) continue;  // 0, also of long doubles.
    const bool in = interval.low <= row[i] && row[i] < interval.high;
    TrueSum& part = in ? inside : outside;
    part.sum += std::exp(x);
    part.gap += std::exp(x) * std::fabs(x);
  }
  const auto terms = static_cast<double>(row.size());
  return std::max(Off(split.inside, inside, split.error, terms),
                  Off(split.outside, outside, split.error, terms));
}

class ExpSplitTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { ASSERT_TRUE(UseSimdTarget(GetParam())); }
  void TearDown() override { UseSimdTarget(SimdTargets().front()); }
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
    const Interval interval = {
        static_cast<double>(row[random_() % size]),
        random_() % 2 == 0 ? kInfinity
                           : static_cast<double>(row[random_() % size])};
    for (float& l : row) {
      if (random_() % 50 == 0) l = -std::numeric_limits<float>::infinity();
    }
    std::vector<std::uint64_t> edited;
    if (random_() % 3 == 0) {
      edited.resize(BlockCount(size));
      for (auto& word : edited) word = random_() & random_();
    }
    const double scale = std::vector{1.0, 1.0 / 0.7, 0.1, 3.3}[random_() % 4];
    const double least = random_() % 2 == 0
                             ? static_cast<double>(row[random_() % size])
                             : kNoFloor;
    worst = std::max(worst,
                     Attack(Logits(row), max, scale, interval, edited, least));
    const std::vector<double> doubles(row.begin(), row.end());
    worst = std::max(
        worst, Attack(Logits(doubles), max + 1e-9, scale, interval, edited));
  }
  std::cout << "at worst " << 100.0 * worst << " % of the bound\n";
  EXPECT_GT(worst, 0.01);
}

std::vector<std::string> Targets() {
  const auto names = SimdTargets();
  return {names.begin(), names.end()};
}

INSTANTIATE_TEST_SUITE_P(Every, ExpSplitTest, testing::ValuesIn(Targets()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace sampler::kernels

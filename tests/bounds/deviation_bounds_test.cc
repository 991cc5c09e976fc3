// Bounds of the standard deviation, attacked: what long double finds must lie
// inside, on every instruction set, for rows of all types, with edits and
// scales.

#include "sampler/bounds/deviation_bounds.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/kernels/dispatch.h"
#include "sampler/kernels/spread.h"
#include "sampler/logs/rows/narrow.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class DeviationBoundsTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { ASSERT_TRUE(kernels::UseSimdTarget(GetParam())); }
  void TearDown() override {
    kernels::UseSimdTarget(kernels::SimdTargets().front());
  }

  std::vector<float> RandomRow() {
    const std::size_t size = 513 + random_() % 3000;
    const RowKind kind = kAllRowKinds[random_() % std::size(kAllRowKinds)];
    std::vector<float> row = MakeRow(kind, size, random_());
    const float shift = std::vector{0.0f, 50.0f, -3000.0f}[random_() % 3];
    const float spread = std::vector{1.0f, 0.001f, 30.0f}[random_() % 3];
    for (float& l : row) {
      l = l * spread + shift;
      if (random_() % 30 == 0) l = -std::numeric_limits<float>::infinity();
    }
    return row;
  }

  std::mt19937_64 random_{21};
};

TEST_P(DeviationBoundsTest, BoundsTheTrueSums) {
  double worst = 0.0;
  for (int round = 0; round < Share(1000); ++round) {
    const std::vector<float> row = RandomRow();
    std::vector<std::uint64_t> left_out(kernels::BlockCount(row.size()));
    const bool some = random_() % 2 == 0;
    for (auto& word : left_out) word = random_() & random_();
    const float center = row[random_() % row.size()];
    if (!std::isfinite(center)) continue;
    long double offsets = 0.0L;
    long double squares = 0.0L;
    double n = 0.0;
    for (std::size_t id = 0; id < row.size(); ++id) {
      const bool out = some && (left_out[id / 64] >> id % 64 & 1) != 0;
      if (out || !std::isfinite(row[id])) continue;
      const auto d =
          static_cast<long double>(row[id]) - static_cast<long double>(center);
      offsets += d;
      squares += d * d;
      n += 1.0;
    }
    const kernels::Spread sums = kernels::SumSpread(
        Logits(row), center, some ? left_out.data() : nullptr);
    const double bound_of_offsets =
        sums.relative * std::sqrt(n * static_cast<double>(squares));
    const auto off = static_cast<double>(
        std::fabs(offsets - static_cast<long double>(sums.offsets)));
    ASSERT_LE(off, bound_of_offsets);
    const double bound_of_squares = sums.relative * sums.squares + n * 0x1p-126;
    const auto off_squares = static_cast<double>(
        std::fabs(squares - static_cast<long double>(sums.squares)));
    ASSERT_LE(off_squares, bound_of_squares);
    worst = std::max(worst, off_squares / bound_of_squares);
  }
  std::cout << "at worst " << 100.0 * worst << " % of the bound\n";
  EXPECT_GT(worst, 0.01);
}

TEST_P(DeviationBoundsTest, BoundsTheDeviation) {
  int narrow = 0;
  int wide = 0;
  for (int round = 0; round < Share(1000); ++round) {
    const std::vector<float> floats = RandomRow();
    const DType dtype =
        std::vector{DType::kF32, DType::kF16, DType::kBF16}[random_() % 3];
    std::vector<unsigned char> bytes(floats.size() * DTypeSize(dtype));
    if (dtype == DType::kF32) {
      std::memcpy(bytes.data(), floats.data(), bytes.size());
    } else {
      logs::Narrow(floats, dtype, bytes.data());
    }
    CandidateSet row;
    row.Begin(Logits(bytes.data(), dtype, floats.size()));
    for (std::uint64_t change = random_() % 5; change > 0; --change) {
      const std::size_t id = random_() % floats.size();
      if (random_() % 3 == 0) row.Scale(random_() % 2 == 0 ? 1.0 / 0.7 : 0.3);
      if (random_() % 2 == 0) {
        const double logit = random_() % 2 == 0 ? 3.7 : -kInfinity;
        row.Edit(static_cast<TokenId>(id), [=](double) { return logit; });
      }
      if (random_() % 4 == 0) {
        row.CutInPlace(
            std::min(row.LogitOfSlot(id), row.LogitOfSlot(floats.size() / 2)));
      }
    }
    std::vector<long double> values;
    for (std::size_t id = 0; id < floats.size(); ++id) {
      if (std::isfinite(row.LogitOfSlot(id)))
        values.push_back(row.LogitOfSlot(id));
    }
    if (values.size() < 2) continue;
    const auto n = static_cast<long double>(values.size());
    long double mean = 0.0L;
    for (const long double value : values) mean += value / n;
    long double squares = 0.0L;
    for (const long double value : values) {
      squares += (value - mean) * (value - mean);
    }
    for (const long double degrees : {n, n - 1.0L}) {
      const auto sigma = static_cast<double>(std::sqrt(squares / degrees));
      const auto bounds = BoundDeviation(row, static_cast<double>(degrees));
      ASSERT_TRUE(bounds.has_value());
      ASSERT_LE(bounds->low, sigma);
      ASSERT_GE(bounds->high, sigma);
      ++(bounds->high - bounds->low < 1e-4 * sigma ? narrow : wide);
    }
  }
  // Wide where the deviation is far below what the logits are rounded to.
  EXPECT_GT(narrow, wide);
}

// Each factor moves numbers below 1.5 down and others up by a rounding, so that
// the two values of this row drift apart by more than float32 sums are off by.
TEST_P(DeviationBoundsTest, BoundsTheDeviationUnderManyFactors) {
  std::vector<float> floats(1024);
  for (std::size_t i = 0; i < floats.size(); ++i) {
    floats[i] = i % 2 == 0 ? 1.5f - 0x1p-23f : 1.5f + 0x1p-23f;
  }
  CandidateSet row;
  row.Begin(Logits(floats));
  for (int factor = 0; factor < 1000; ++factor) row.Scale(1.0 + 0x1p-52);
  const double sigma = 0.5 * (row.LogitOfSlot(1) - row.LogitOfSlot(0));
  const auto bounds = BoundDeviation(row, static_cast<double>(floats.size()));
  ASSERT_TRUE(bounds.has_value());
  EXPECT_LE(bounds->low, sigma);
  EXPECT_GE(bounds->high, sigma);
}

TEST_P(DeviationBoundsTest, SaysNothingWhereItKnowsNothing) {
  std::vector<float> row(1000, 1.0f);
  const auto bounds = [](Logits logits) {
    CandidateSet set;
    set.Begin(logits);
    return BoundDeviation(set, static_cast<double>(set.Count()));
  };
  EXPECT_TRUE(bounds(Logits(row)).has_value());
  // Squares that overflow.
  row[3] = 3e38f;
  row[4] = -3e38f;
  EXPECT_FALSE(bounds(Logits(row)).has_value());
  EXPECT_FALSE(bounds(Logits(std::vector<double>(1000, 1.0))).has_value());
  EXPECT_FALSE(bounds(Logits(std::vector<float>(100, 1.0f))).has_value());
}

std::vector<std::string> Targets() {
  const auto names = kernels::SimdTargets();
  return {names.begin(), names.end()};
}

INSTANTIATE_TEST_SUITE_P(Every, DeviationBoundsTest,
                         testing::ValuesIn(Targets()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace sampler

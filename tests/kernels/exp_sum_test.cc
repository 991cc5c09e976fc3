// The bound of the float32 sums, attacked: the true sum, in long double, must
// lie inside on every instruction set.

#include "sampler/kernels/exp_sum.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/kernels/every_target.h"
#include "tests/support/test_share.h"

namespace sampler::kernels::exp_sum_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// By how much of the bound a sum was off, at most.
double Attack(Logits row, double center, double scale,
              const std::vector<std::uint64_t>& edited) {
  const std::size_t chunks = ChunkCount(row.size());
  std::vector<double> sums(chunks);
  std::vector<double> distances(chunks);
  double squares;
  const ExpSumError error = SumExpOfRow(
      row, ExpArgument(center, scale), edited.empty() ? nullptr : edited.data(),
      sums.data(), distances.data(), &squares);
  std::vector<double> alone(chunks);
  const ExpSumError loose = SumExpOfRow(
      row, ExpArgument(center, scale), edited.empty() ? nullptr : edited.data(),
      alone.data(), nullptr);
  double worst = 0.0;
  long double all_squares = 0.0L;
  for (std::size_t c = 0; c < chunks; ++c) {
    long double sum = 0.0L;
    long double distance = 0.0L;
    long double moment = 0.0L;
    double terms = 0.0;
    for (std::size_t i = c * kChunkSize;
         i < std::min((c + 1) * kChunkSize, row.size()); ++i) {
      terms += 1.0;
      if (!edited.empty() && (edited[i / 64] >> (i % 64) & 1) != 0) continue;
      const long double x = (static_cast<long double>(row[i]) - center) * scale;
      if (x < -11000.0L) continue;  // 0, also of long doubles.
      sum += std::exp(x);
      distance += std::exp(x) * std::fabs(x);
      moment -= std::exp(x) * x;
      all_squares += std::exp(x) * x * x;
    }
    // Of the weighted distance, its own errors and those of its terms. None
    // lies above the center but by its rounding.
    const double distance_bound =
        error.of_distance * distances[c] +
        (error.relative - error.additions) * distances[c] +
        error.per_distance * static_cast<double>(all_squares) +
        100.0 * kTermError * terms;
    EXPECT_LE(std::fabs(distances[c] - static_cast<double>(moment)),
              distance_bound);
    const double bound = error.relative * sums[c] +
                         error.per_distance * distances[c] + kTermError * terms;
    const auto off =
        static_cast<double>(std::fabs(sum - static_cast<long double>(sums[c])));
    EXPECT_LE(off, bound);
    worst = std::max(worst, off / bound);
    // The same without weighted distances, which are bounded.
    const double loose_bound =
        loose.relative * alone[c] +
        loose.per_distance * DistanceBound(alone[c], terms, 1.0) +
        kTermError * terms;
    EXPECT_LE(static_cast<double>(
                  std::fabs(sum - static_cast<long double>(alone[c]))),
              loose_bound);
    EXPECT_GE(DistanceBound(alone[c], terms, 1.0),
              static_cast<double>(distance));
    // The weighted distances only have to be good to a percent.
    EXPECT_NEAR(distances[c], static_cast<double>(distance),
                1e-3 * static_cast<double>(distance) + 1e-14 * terms);
  }
  EXPECT_NEAR(squares, static_cast<double>(all_squares),
              1e-3 * static_cast<double>(all_squares) +
                  1e-12 * static_cast<double>(row.size()));
  return worst;
}

class ExpSum : public OnEveryTarget {
 protected:
  std::mt19937_64 random_{7};
};

TEST_P(ExpSum, BoundsTheTrueSumOfRandomRows) {
  double worst = 0.0;
  for (int round = 0; round < Share(2000); ++round) {
    const std::size_t size = 1 + random_() % 1200;
    std::vector<float> row(size);
    const float spread =
        std::vector{0.001f, 1.0f, 20.0f, 200.0f}[random_() % 4];
    const float offset =
        std::vector{0.0f, 17.3f, -250.0f, 9000.0f}[random_() % 4];
    float max = -1e30f;
    for (float& l : row) {
      l = offset + spread * static_cast<float>(random_() % 100000) * 1e-5f;
      max = std::max(max, l);
    }
    for (float& l : row) {
      if (random_() % 50 == 0) l = -std::numeric_limits<float>::infinity();
    }
    std::vector<std::uint64_t> edited;
    if (random_() % 3 == 0) {
      edited.resize(BlockCount(size));
      for (auto& word : edited) word = random_() & random_();
    }
    const double scales[] = {1.0, 1.0 / 0.7, 0.1, 3.3, 1e-3, 40.0};
    worst = std::max(worst, Attack(Logits(row), static_cast<double>(max),
                                   scales[random_() % 6], edited));
    const std::vector<double> doubles(row.begin(), row.end());
    worst =
        std::max(worst, Attack(Logits(doubles), static_cast<double>(max) + 1e-9,
                               scales[random_() % 6], edited));
  }
  std::cout << "at worst " << 100.0 * worst << " % of the bound\n";
  EXPECT_GT(worst, 0.01);
}

// All terms alike, so that no error averages out: the worst argument that a
// search finds, chunk after chunk of one number.
TEST_P(ExpSum, BoundsTheTrueSumOfTheWorstNumbers) {
  double worst = 0.0;
  std::vector<float> row(kChunkSize);
  const int rounds = Share(40000);
  for (int round = 0; round < rounds; ++round) {
    const double distance = std::exp2(
        static_cast<double>(random_() % 2000) / 100.0 - 14.0);  // Up to 2^6.
    std::fill(row.begin(), row.end(), -static_cast<float>(distance));
    const double scale =
        random_() % 2 == 0
            ? 1.0
            : 0.3 + 0.001 * static_cast<double>(random_() % 3000);
    worst = std::max(worst, Attack(Logits(row), 0.0, scale, {}));
    // And half way between two exponents, where the polynomial ends.
    const double k = static_cast<double>(random_() % 50) + 0.5;
    std::fill(row.begin(), row.end(),
              static_cast<float>(-k * std::log(2.0) / scale));
    worst = std::max(worst, Attack(Logits(row), 0.0, scale, {}));
  }
  std::cout << "at worst " << 100.0 * worst << " % of the bound\n";
  EXPECT_GT(worst, 0.05);
}

// Where differences are exact, what is left of the bound per distance is the
// product with log2 e: with FMA, nothing, because both of its constants count.
TEST_P(ExpSum, TakesBothConstantsOfTheLogarithm) {
  std::vector<float> row(kChunkSize);
  for (int round = 0; round < Share(4000); ++round) {
    const float distance = 1.0f + static_cast<float>(random_() % 60000) * 1e-3f;
    std::fill(row.begin(), row.end(), -distance);
    const double scale = 0.3 + 0.001 * static_cast<double>(random_() % 1000);
    double sum;
    double distances;
    const ExpSumError error = SumExpOfRow(Logits(row), ExpArgument(0.0, scale),
                                          nullptr, &sum, &distances);
    const bool fused = error.per_distance < 1.5 * 0x1p-24;
    const double bound =
        error.relative * sum +
        (fused ? 0.02 : 0.55) * error.per_distance * distances +
        kTermError * static_cast<double>(kChunkSize);
    const long double want =
        static_cast<long double>(kChunkSize) *
        std::exp(-static_cast<long double>(distance) * scale);
    ASSERT_LE(
        static_cast<double>(std::fabs(want - static_cast<long double>(sum))),
        bound);
  }
}

TEST_P(ExpSum, TakesHalvesForTheirValues) {
  for (int round = 0; round < Share(300); ++round) {
    for (const DType dtype : {DType::kF16, DType::kBF16}) {
      std::vector<unsigned char> bytes(1 + 2 * (1 + random_() % 1200));
      const std::size_t size = bytes.size() / 2;
      double max = -kInfinity;
      for (std::size_t i = 0; i < size; ++i) {
        // -inf, subnormals, and whatever else is at most 32.
        auto half = static_cast<std::uint16_t>(random_());
        const std::uint16_t high = dtype == DType::kF16 ? 0x5000 : 0x4200;
        if ((half & 0x7fff) > high) half &= 0x87ff;
        if (random_() % 20 == 0) {
          half = dtype == DType::kF16 ? 0xfc00 : 0xff80;
        }
        std::memcpy(bytes.data() + 1 + 2 * i, &half, 2);
        max = std::max(max, Logits(bytes.data() + 1, dtype, size)[i]);
      }
      if (max == -kInfinity) continue;
      Attack(Logits(bytes.data() + 1, dtype, size), max, 1.0, {});
    }
  }
}

TEST_P(ExpSum, OverlooksNothingFarBelow) {
  const float lowest = std::numeric_limits<float>::lowest();
  std::vector<float> row(700, lowest);
  row[3] = 2.0f;
  row[699] = -90.0f;
  row[300] = -std::numeric_limits<float>::infinity();
  for (const double scale : {0x1p-60, 1.0, 0x1p60}) {
    Attack(Logits(row), 2.0, scale, {});
  }
}

INSTANTIATE_TEST_SUITE_P(Every, ExpSum, EveryTarget(), TargetName);

}  // namespace
}  // namespace sampler::kernels::exp_sum_test

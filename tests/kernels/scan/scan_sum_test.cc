// One pass does what two do: the maxima are the same, and the sums lie within
// their bound of the true ones, whatever center was guessed.

#include "sampler/kernels/scan/scan_sum.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/kernels/every_target.h"
#include "tests/support/test_share.h"

namespace sampler::kernels::scan_sum_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A row of any narrow type at an odd address.
class StoredRow {
 public:
  StoredRow(DType dtype, const std::vector<float>& values)
      : dtype_(dtype), bytes_(1 + values.size() * DTypeSize(dtype)) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      unsigned char* const to = bytes_.data() + 1 + i * DTypeSize(dtype);
      std::uint32_t bits;
      std::memcpy(&bits, &values[i], sizeof(bits));
      if (dtype == DType::kF32) {
        std::memcpy(to, &bits, sizeof(bits));
      } else if (dtype == DType::kBF16) {
        const auto half = static_cast<std::uint16_t>(bits >> 16);
        std::memcpy(to, &half, sizeof(half));
      } else {
        const std::uint16_t half = HalfOf(values[i]);
        std::memcpy(to, &half, sizeof(half));
      }
    }
  }

  Logits row() const {
    return {bytes_.data() + 1, dtype_, bytes_.size() / DTypeSize(dtype_)};
  }

 private:
  // Nearby, and infinities and NaN as such.
  static std::uint16_t HalfOf(float value) {
    if (std::isnan(value)) return 0x7e01;
    const std::uint16_t sign = std::signbit(value) ? 0x8000 : 0;
    const float size = std::min(std::fabs(value), 65504.0f);
    if (std::isinf(value)) return static_cast<std::uint16_t>(sign | 0x7c00);
    if (size < 0x1p-14f) return sign;
    int exponent;
    const float fraction = std::frexp(size, &exponent);
    const auto mantissa = static_cast<std::uint32_t>(fraction * 2048.0f);
    return static_cast<std::uint16_t>(
        sign | ((static_cast<std::uint32_t>(exponent + 14) << 10) +
                (mantissa & 0x3ffu)));
  }

  DType dtype_;
  std::vector<unsigned char> bytes_;
};

class ScanSum : public OnEveryTarget {
 protected:
  // Some kind of row: up to three batches long.
  std::vector<float> SomeRow() {
    const std::size_t size =
        random_() % 4 == 0 ? random_() % 50000 : random_() % 2000;
    const float spread = std::vector{0.01f, 1.0f, 20.0f}[random_() % 3];
    const float offset = std::vector{0.0f, 17.3f, -250.0f}[random_() % 3];
    std::vector<float> row(size);
    for (float& l : row) {
      l = offset + spread * static_cast<float>(random_() % 100000) * 1e-5f;
      if (random_() % 50 == 0) l = -std::numeric_limits<float>::infinity();
    }
    return row;
  }

  std::mt19937_64 random_{3};
};

TEST_P(ScanSum, HasTheMaximaOfAScanAndSumsWithinTheirBound) {
  double farthest = 0.0;
  for (int round = 0; round < Share(600); ++round) {
    const DType dtype =
        std::vector{DType::kF32, DType::kF16, DType::kBF16}[random_() % 3];
    const StoredRow stored(dtype, SomeRow());
    const Logits row = stored.row();
    std::vector<double> maxima(BlockCount(row.size()) + 1, 77.0);
    std::vector<double> want = maxima;
    const RowScan plain = ScanBlockMaxima(row, want.data());
    const double max = MaxOf(want.data(), want.size() - 1);
    const double scale = std::vector{1.0, 1.0 / 0.7, 0.1}[random_() % 3];
    // At, somewhat or far below the maximum.
    const double below = std::vector{0.0, 3.0, 39.0}[random_() % 3] / scale;
    const double center = static_cast<double>(
        static_cast<float>(max == -kInfinity ? 0.0 : max - below));
    std::vector<double> sums(ChunkCount(row.size()) + 1, 77.0);
    const ScanWithSums done =
        ScanAndSum(row, ExpArgument(center, scale), maxima.data(), sums.data());
    ASSERT_EQ(maxima, want);
    ASSERT_EQ(done.scan.has_nan, plain.has_nan);
    ASSERT_EQ(done.scan.all_finite, plain.all_finite);
    ASSERT_EQ(done.scan.magnitude, plain.magnitude);
    ASSERT_EQ(sums.back(), 77.0);
    for (std::size_t c = 0; c < ChunkCount(row.size()); ++c) {
      long double sum = 0.0L;
      long double distance = 0.0L;
      const std::size_t end = std::min((c + 1) * kChunkSize, row.size());
      for (std::size_t i = c * kChunkSize; i < end; ++i) {
        const long double x =
            (static_cast<long double>(row[i]) - center) * scale;
        if (x < -11000.0L) continue;
        sum += std::exp(x);
        distance += std::exp(x) * std::fabs(x);
      }
      const auto terms = static_cast<double>(end - c * kChunkSize);
      const double bound =
          done.error.relative * sums[c] +
          done.error.per_distance * static_cast<double>(distance) +
          kTermError * terms;
      ASSERT_LE(static_cast<double>(
                    std::fabs(sum - static_cast<long double>(sums[c]))),
                bound);
    }
    farthest = std::max(farthest, (max - center) * scale);
  }
  EXPECT_GT(farthest, 38.0);
}

// What makes a row none is found, wherever it stands.
TEST_P(ScanSum, SeesOneBadNumberInEverySlot) {
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
    for (std::size_t at = 0; at < 1100; at += 7) {
      for (const float bad :
           {std::nanf(""), std::numeric_limits<float>::infinity(),
            -std::numeric_limits<float>::infinity()}) {
        std::vector<float> values(1100, 1.0f);
        values[at] = bad;
        const StoredRow stored(dtype, values);
        double maxima[18];
        double sums[3];
        const RowScan scan =
            ScanAndSum(stored.row(), ExpArgument(1.0, 1.0), maxima, sums).scan;
        ASSERT_EQ(scan.has_nan, std::isnan(bad));
        ASSERT_FALSE(scan.all_finite);
        if (bad > 1.0f) {
          ASSERT_EQ(maxima[at / 64], kInfinity);
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, ScanSum, EveryTarget(), TargetName);

}  // namespace
}  // namespace sampler::kernels::scan_sum_test

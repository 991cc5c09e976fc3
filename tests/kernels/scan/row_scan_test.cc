#include "sampler/kernels/scan/row_scan.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/kernels/dispatch.h"
#include "sampler/kernels/load.h"
#include "tests/support/test_share.h"

namespace sampler::kernels::row_scan_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Random bits are all numbers there are: subnormals, infinities and NaN of both
// signs come up by themselves in 16 bits, and are mixed in elsewhere.
std::vector<unsigned char> RandomBytes(std::mt19937_64& random, DType dtype,
                                       std::size_t size, bool finite) {
  std::vector<unsigned char> bytes(1 + size * DTypeSize(dtype));
  const float special[] = {0.0f,
                           -0.0f,
                           1e-45f,
                           3e38f,
                           -3e38f,
                           std::nanf(""),
                           -std::nanf(""),
                           std::numeric_limits<float>::infinity(),
                           -std::numeric_limits<float>::infinity()};
  for (std::size_t i = 0; i < size; ++i) {
    unsigned char* const to = bytes.data() + 1 + i * DTypeSize(dtype);
    auto f = static_cast<float>(random() % 4000) / 64.0f - 31.0f;
    if (random() % 40 == 0) f = special[random() % (finite ? 5 : 9)];
    const double d = f;
    auto half = static_cast<std::uint16_t>(random());
    if (finite) half &= 0xbfff;
    switch (dtype) {
      case DType::kF64:
        std::memcpy(to, &d, sizeof(d));
        break;
      case DType::kF32:
        std::memcpy(to, &f, sizeof(f));
        break;
      default:
        std::memcpy(to, &half, sizeof(half));
    }
  }
  return bytes;
}

TEST(RowScan, EqualsAPlainLoopOnEveryInstructionSet) {
  std::mt19937_64 random(1);
  for (const absl::string_view target : SimdTargets()) {
    ASSERT_TRUE(UseSimdTarget(target));
    int finite_rows = 0;
    int nan_rows = 0;
    for (int round = 0; round < Share(3000); ++round) {
      const DType dtype = std::vector{DType::kF32, DType::kF16, DType::kBF16,
                                      DType::kF64}[random() % 4];
      const std::size_t size = random() % 1500;
      const auto bytes = RandomBytes(random, dtype, size, random() % 2 == 0);
      const Logits row(bytes.data() + 1, dtype, size);
      std::vector<double> maxima(BlockCount(size), -kInfinity);
      bool has_nan = false;
      bool all_finite = true;
      double magnitude = 0.0;
      for (std::size_t i = 0; i < size; ++i) {
        has_nan |= std::isnan(row[i]);
        all_finite &= std::isfinite(row[i]);
        if (std::isfinite(row[i])) {
          magnitude = std::max(magnitude, std::fabs(row[i]));
        }
        maxima[i / kBlockSize] = std::max(maxima[i / kBlockSize], row[i]);
      }
      std::vector<double> found(BlockCount(size) + 1, 77.0);
      const RowScan scan = ScanBlockMaxima(row, found.data());
      ASSERT_EQ(scan.has_nan, has_nan) << target;
      ASSERT_LE(scan.all_finite, all_finite) << target;
      ASSERT_GE(scan.magnitude, magnitude) << target;
      ASSERT_EQ(found.back(), 77.0);
      finite_rows += scan.all_finite ? 1 : 0;
      nan_rows += has_nan ? 1 : 0;
      if (has_nan) continue;
      found.pop_back();
      ASSERT_EQ(found, maxima) << target;
      const double max = MaxOf(maxima.data(), maxima.size());
      ASSERT_EQ(max, maxima.empty()
                         ? -kInfinity
                         : *std::max_element(maxima.begin(), maxima.end()));
      for (const double value : {max, 12.0}) {
        ASSERT_EQ(FindFirst(maxima.data(), maxima.size(), value),
                  static_cast<std::size_t>(
                      std::find(maxima.begin(), maxima.end(), value) -
                      maxima.begin()));
      }
    }
    EXPECT_GT(finite_rows, 0);
    EXPECT_GT(nan_rows, 0);
  }
  UseSimdTarget(SimdTargets().front());
}

TEST(RowScan, SeesOneBadNumberInEverySlot) {
  for (const absl::string_view target : SimdTargets()) {
    ASSERT_TRUE(UseSimdTarget(target));
    for (std::size_t at = 0; at < 200; ++at) {
      for (const double bad : {std::nan(""), kInfinity, -kInfinity}) {
        std::vector<float> row(200, 3e38f);
        row[at] = static_cast<float>(bad);
        double maxima[4];
        const RowScan scan = ScanBlockMaxima(Logits(row), maxima);
        ASSERT_EQ(scan.has_nan, std::isnan(bad));
        ASSERT_FALSE(scan.all_finite);
        if (!std::isnan(bad)) {
          ASSERT_EQ(maxima[at / 64], std::max(bad, double{3e38f}));
        }
      }
    }
  }
  UseSimdTarget(SimdTargets().front());
}

TEST(MaskAtLeast, EqualsComparingTheConvertedValues) {
  std::mt19937_64 random(2);
  for (const absl::string_view target : SimdTargets()) {
    ASSERT_TRUE(UseSimdTarget(target));
    for (int round = 0; round < Share(3000); ++round) {
      const DType dtype = std::vector{DType::kF32, DType::kF16, DType::kBF16,
                                      DType::kF64}[random() % 4];
      // Whole blocks, and parts of some.
      const bool whole = random() % 2 == 0;
      const std::size_t size = whole ? kBlockSize : 1 + random() % kBlockSize;
      const auto bytes = RandomBytes(random, dtype, size, false);
      const Logits row(bytes.data() + 1, dtype, size);
      double threshold = row[random() % size];
      if (random() % 2 == 0) threshold = std::nextafter(threshold, kInfinity);
      if (random() % 9 == 0) threshold = random() % 2 == 0 ? 1e300 : -1e300;
      const std::size_t first = whole ? 0 : random() % size;
      std::uint64_t mask = 0;
      for (std::size_t i = first; i < size; ++i) {
        mask |= std::uint64_t{row[i] >= threshold ? 1u : 0u} << (i - first);
      }
      ASSERT_EQ(MaskAtLeast(row, first, size - first, threshold), mask)
          << target << " " << threshold;
    }
  }
  UseSimdTarget(SimdTargets().front());
}

TEST(LoadScaled, EqualsAPlainLoopOnEveryInstructionSet) {
  std::mt19937_64 random(9);
  for (const absl::string_view target : SimdTargets()) {
    ASSERT_TRUE(UseSimdTarget(target));
    for (int round = 0; round < Share(3000); ++round) {
      const DType dtype = std::vector{DType::kF32, DType::kF16, DType::kBF16,
                                      DType::kF64}[random() % 4];
      const std::size_t first = random() % 100;
      const std::size_t count = random() % 150;
      const auto bytes = RandomBytes(random, dtype, first + count, false);
      const Logits row(bytes.data() + 1, dtype, first + count);
      const std::vector<double> factors = std::vector<std::vector<double>>{
          {}, {1.25}, {0.7, 3.1}}[static_cast<std::size_t>(round % 3)];
      std::vector<double> got(count + 1, 7.0);
      const double least = dtype != DType::kF64 && count > 0 && round % 2 == 0
                               ? row[first + random() % count]
                               : kNoFloor;
      LoadScaled(row, first, count, factors, got.data(), least);
      for (std::size_t i = 0; i < count; ++i) {
        double want = row[first + i];
        if (want < least) want = -kInfinity;
        for (const double factor : factors) want *= factor;
        if (std::isnan(want)) {
          ASSERT_FALSE(std::isfinite(got[i]));
        } else {
          ASSERT_EQ(got[i], want);
        }
      }
      ASSERT_EQ(got[count], 7.0);
    }
  }
  UseSimdTarget(SimdTargets().front());
}

// What is not in the row may be anything, but is not read.
TEST(LoadElements, EqualsLoadScaledOnEveryInstructionSet) {
  std::mt19937_64 random(10);
  for (const absl::string_view target : SimdTargets()) {
    ASSERT_TRUE(UseSimdTarget(target));
    for (int round = 0; round < Share(300); ++round) {
      const DType dtype = std::vector{DType::kF32, DType::kF16, DType::kBF16,
                                      DType::kF64}[random() % 4];
      const std::size_t size = 1 + random() % 500;
      const auto bytes = RandomBytes(random, dtype, size, true);
      const Logits row(bytes.data() + 1, dtype, size);
      std::vector<std::int32_t> ids(random() % 600);
      for (std::int32_t& id : ids) {
        id = static_cast<std::int32_t>(random() % 20 == 0 ? random()
                                                          : random() % size);
      }
      const double least = dtype == DType::kF64 ? kNoFloor : row[0];
      const std::vector<double> factors = {0.7, 3.1};
      std::vector<double> all(size);
      LoadScaled(row, 0, size, factors, all.data(), least);
      std::vector<double> got(ids.size() + 1, 7.0);
      LoadElements(row, ids.data(), ids.size(), factors, got.data(), least);
      for (std::size_t i = 0; i < ids.size(); ++i) {
        if (static_cast<std::size_t>(ids[i]) >= size) continue;
        ASSERT_EQ(got[i], all[static_cast<std::size_t>(ids[i])]);
      }
      ASSERT_EQ(got[ids.size()], 7.0);
    }
  }
  UseSimdTarget(SimdTargets().front());
}

}  // namespace
}  // namespace sampler::kernels::row_scan_test

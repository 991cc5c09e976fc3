// Gathering by vectors finds what a plain loop finds, in every type, on every
// instruction set, and leaves the memory behind its room alone.

#include "sampler/kernels/gather.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/kernels/scan/row_scan.h"
#include "sampler/rows/dense_row.h"
#include "tests/kernels/every_target.h"
#include "tests/support/test_share.h"

namespace sampler::kernels::gather_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class GatherTest : public OnEveryTarget {
 protected:
  std::mt19937_64 random_{5};
};

// Bytes of a row of small numbers with many ties, and of -inf.
std::vector<unsigned char> RandomBytes(DType dtype, std::size_t size,
                                       std::mt19937_64& random) {
  const std::size_t width = DTypeSize(dtype);
  std::vector<unsigned char> bytes(1 + size * width);
  for (std::size_t i = 0; i < size; ++i) {
    float value = static_cast<float>(static_cast<int>(random() % 64) - 32);
    if (random() % 9 == 0) value = -std::numeric_limits<float>::infinity();
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const double wide = static_cast<double>(value);
    const auto bf16 = static_cast<std::uint16_t>(bits >> 16);
    // Any number will do for f16, but NaN and +inf.
    const auto f16 =
        static_cast<std::uint16_t>(random() % 0x7c00 | (random() % 2) << 15);
    const void* from = dtype == DType::kF64   ? static_cast<const void*>(&wide)
                       : dtype == DType::kF32 ? static_cast<const void*>(&value)
                       : dtype == DType::kF16 ? static_cast<const void*>(&f16)
                                              : static_cast<const void*>(&bf16);
    std::memcpy(bytes.data() + 1 + i * width, from, width);
  }
  return bytes;
}

TEST_P(GatherTest, FindsWhatAPlainLoopFinds) {
  for (int round = 0; round < Share(1000); ++round) {
    for (const DType dtype :
         {DType::kF64, DType::kF32, DType::kF16, DType::kBF16}) {
      const std::size_t size = 1 + random_() % 400;
      const auto bytes = RandomBytes(dtype, size, random_);
      const Logits row(bytes.data() + 1, dtype, size);
      const double low = static_cast<double>(random_() % 64) - 40.0;
      const double high = random_() % 3 == 0
                              ? kInfinity
                              : low + static_cast<double>(random_() % 30);
      std::vector<double> maxima(BlockCount(size));
      ScanBlockMaxima(row, maxima.data());
      std::vector<std::uint64_t> also(BlockCount(size));
      const bool some = random_() % 2 == 0;
      for (auto& word : also) word = random_() & random_() & random_();
      if (size % 64 != 0) also.back() &= (std::uint64_t{1} << size % 64) - 1;
      std::vector<std::int32_t> want_ids;
      std::vector<double> want;
      for (std::size_t i = 0; i < size; ++i) {
        if (maxima[i / 64] < low) continue;
        if ((low <= row[i] && row[i] < high) ||
            (some && (also[i / 64] >> i % 64 & 1) != 0)) {
          want_ids.push_back(static_cast<std::int32_t>(i));
          want.push_back(row[i]);
        }
      }
      std::vector<std::int32_t> ids(size + kGatherSlack + 1, -7);
      std::vector<double> values(ids.size(), -7.0);
      const std::size_t found =
          Gather(row, {low, high}, maxima.data(), low,
                 some ? also.data() : nullptr, ids.data(), values.data());
      ASSERT_EQ(ids.back(), -7);
      ASSERT_EQ(values.back(), -7.0);
      ids.resize(found);
      values.resize(found);
      ASSERT_EQ(ids, want_ids);
      ASSERT_EQ(values, want);
    }
  }
}

// With scales and edits, against the value of every token.
TEST_P(GatherTest, GathersFromRowsAsStagesMeetThem) {
  DenseRow dense;
  CandidateList list;
  for (int round = 0; round < Share(3000); ++round) {
    const DType dtype = std::vector{DType::kF64, DType::kF32, DType::kF16,
                                    DType::kBF16}[random_() % 4];
    const std::size_t size = 1 + random_() % 400;
    const auto bytes = RandomBytes(dtype, size, random_);
    dense.Reset(Logits(bytes.data() + 1, dtype, size));
    for (std::uint64_t i = random_() % 5; i > 0; --i) {
      if (random_() % 2 == 0) {
        dense.Scale(std::vector{1.0 / 0.7, 0.1, 3.0, 0x1p-600}[random_() % 4]);
      } else {
        dense.Set(random_() % size, random_() % 3 == 0 ? -kInfinity : 2.5);
      }
      if (random_() % 3 == 0) dense.RemoveBelow(dense.Value(random_() % size));
    }
    // A value of the row, so that equality matters, or the next one.
    double low = dense.Value(random_() % size);
    double high = dense.Value(random_() % size);
    if (random_() % 2 == 0) low = std::nextafter(low, kInfinity);
    if (random_() % 2 == 0) high = std::nextafter(high, kInfinity);
    if (random_() % 4 == 0) high = kInfinity;
    if (!std::isfinite(low)) low = std::numeric_limits<double>::lowest();
    dense.GatherInside(low, high, list);
    std::size_t found = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const double value = dense.Value(i);
      if (!(low <= value && value < high)) continue;
      ASSERT_LT(found, list.size());
      ASSERT_EQ(list.ids()[found], static_cast<std::int32_t>(i));
      ASSERT_EQ(list.logits()[found], value);
      ++found;
    }
    ASSERT_EQ(found, list.size());
  }
}

INSTANTIATE_TEST_SUITE_P(Every, GatherTest, EveryTarget(), TargetName);

}  // namespace
}  // namespace sampler::kernels::gather_test

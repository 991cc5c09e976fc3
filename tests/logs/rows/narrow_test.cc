#include "sampler/logs/rows/narrow.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

namespace sampler::logs::narrow_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<std::uint16_t> NarrowAll(const Logits& row, DType dtype) {
  std::vector<std::uint16_t> out(row.size());
  Narrow(row, dtype, reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

double Widen(DType dtype, std::uint16_t bits) {
  return dtype == DType::kF16 ? F16ToDouble(bits) : BF16ToDouble(bits);
}

std::uint16_t InfinityOf(DType dtype) {
  return dtype == DType::kF16 ? 0x7c00 : 0x7f80;
}

class NarrowTest : public testing::TestWithParam<DType> {};

// Neighbouring bit patterns are neighbouring numbers, so the midpoints are
// where rounding is decided; the pattern past the largest number is infinity,
// and counts as the number that would follow it.
TEST_P(NarrowTest, RoundsToNearestTiesToEven) {
  const DType dtype = GetParam();
  const std::uint16_t infinity = InfinityOf(dtype);
  std::vector<double> values;
  std::vector<std::uint16_t> expected;
  for (std::uint16_t low = 0; low < infinity; ++low) {
    const auto high = static_cast<std::uint16_t>(low + 1);
    const double a = Widen(dtype, low);
    const double step =
        low == infinity - 1
            ? a - Widen(dtype, static_cast<std::uint16_t>(low - 1))
            : Widen(dtype, high) - a;
    const double middle = a + step / 2;
    const std::uint16_t even = low % 2 == 0 ? low : high;
    for (const auto& [value, bits] :
         {std::pair(a, low), std::pair(std::nextafter(middle, 0.0), low),
          std::pair(middle, even),
          std::pair(std::nextafter(middle, kInfinity), high)}) {
      values.push_back(value);
      expected.push_back(bits);
      values.push_back(-value);
      expected.push_back(static_cast<std::uint16_t>(bits | 0x8000));
    }
  }
  // In pieces that end before the first overflow, which stops a row.
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint16_t bits = 0;
    Narrow(Logits(&values[i], DType::kF64, 1), dtype,
           reinterpret_cast<unsigned char*>(&bits));
    ASSERT_EQ(bits, expected[i]) << values[i];
    const auto single = static_cast<float>(values[i]);
    if (static_cast<double>(single) != values[i]) continue;
    Narrow(Logits(&single, DType::kF32, 1), dtype,
           reinterpret_cast<unsigned char*>(&bits));
    ASSERT_EQ(bits, expected[i]) << single;
  }
}

TEST_P(NarrowTest, RoundsAtFloatNeighboursOfTheMidpoints) {
  const DType dtype = GetParam();
  for (std::uint16_t low = 1; low + 1 < InfinityOf(dtype); ++low) {
    const auto high = static_cast<std::uint16_t>(low + 1);
    const auto middle =
        static_cast<float>((Widen(dtype, low) + Widen(dtype, high)) / 2);
    const std::vector<float> row = {std::nextafterf(middle, 0),
                                    std::nextafterf(middle, INFINITY)};
    EXPECT_EQ(NarrowAll(row, dtype), (std::vector<std::uint16_t>{low, high}))
        << middle;
  }
}

TEST_P(NarrowTest, KeepsWhatIsNotFinite) {
  const std::vector<float> row = {INFINITY, -INFINITY, NAN, -0.0f, 1.0f};
  for (const bool wide : {false, true}) {
    const std::vector<double> doubles(row.begin(), row.end());
    const Logits logits = wide ? Logits(doubles) : Logits(row);
    std::vector<std::uint16_t> out(row.size());
    EXPECT_EQ(Narrow(logits, GetParam(),
                     reinterpret_cast<unsigned char*>(out.data())),
              row.size());
    EXPECT_EQ(Widen(GetParam(), out[0]), kInfinity);
    EXPECT_EQ(Widen(GetParam(), out[1]), -kInfinity);
    EXPECT_TRUE(std::isnan(Widen(GetParam(), out[2])));
    EXPECT_EQ(out[3], 0x8000);
    EXPECT_EQ(Widen(GetParam(), out[4]), 1.0);
  }
}

TEST_P(NarrowTest, NamesTheFirstNumberThatDoesNotFit) {
  std::vector<double> row(1000, -kInfinity);
  row[700] = 1e39;
  row[900] = -1e39;
  std::vector<std::uint16_t> out(row.size());
  EXPECT_EQ(Narrow(Logits(row), GetParam(),
                   reinterpret_cast<unsigned char*>(out.data())),
            700u);
}

INSTANTIATE_TEST_SUITE_P(Types, NarrowTest,
                         testing::Values(DType::kF16, DType::kBF16),
                         [](const auto& info) {
                           return std::string(DTypeName(info.param));
                         });

TEST(Narrow, GivesEveryTypeWhatItHolds) {
  const std::vector<std::uint16_t> halves = {0x3c00, 0xc000, 0x0001, 0xfc00};
  const Logits row(halves.data(), DType::kF16, halves.size());
  for (const DType dtype : {DType::kF16, DType::kF32, DType::kF64}) {
    std::vector<unsigned char> bytes(halves.size() * DTypeSize(dtype));
    EXPECT_EQ(Narrow(row, dtype, bytes.data()), halves.size());
    const Logits wide(bytes.data(), dtype, halves.size());
    for (std::size_t i = 0; i < halves.size(); ++i) EXPECT_EQ(wide[i], row[i]);
  }
  const std::vector<double> large = {1.0, 1e39};
  float out[2];
  EXPECT_EQ(Narrow(large, DType::kF32, reinterpret_cast<unsigned char*>(out)),
            1u);
}

}  // namespace
}  // namespace sampler::logs::narrow_test

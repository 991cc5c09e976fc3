#include "sampler/logits.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace sampler {
namespace {

// binary16 by its definition: sign, 5 exponent bits, 10 mantissa bits.
double SlowF16(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int mantissa = bits & 1023;
  double value;
  if (exponent == 31) {
    value = mantissa == 0 ? std::numeric_limits<double>::infinity()
                          : std::numeric_limits<double>::quiet_NaN();
  } else if (exponent == 0) {
    value = std::ldexp(mantissa, -24);
  } else {
    value = std::ldexp(1024 + mantissa, exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -value : value;
}

TEST(F16ToDouble, IsExactForEveryNumber) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const double slow = SlowF16(half);
    const double fast = F16ToDouble(half);
    if (std::isnan(slow)) {
      EXPECT_TRUE(std::isnan(fast)) << bits;
    } else {
      EXPECT_EQ(std::bit_cast<std::uint64_t>(fast),
                std::bit_cast<std::uint64_t>(slow))
          << bits;
    }
  }
}

TEST(BF16ToDouble, IsExactForEveryNumber) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    float upper;
    const std::uint32_t word = bits << 16;
    std::memcpy(&upper, &word, sizeof(upper));
    const double fast = BF16ToDouble(static_cast<std::uint16_t>(bits));
    if (std::isnan(upper)) {
      EXPECT_TRUE(std::isnan(fast)) << bits;
    } else {
      EXPECT_EQ(fast, upper) << bits;
      EXPECT_EQ(std::signbit(fast), std::signbit(upper)) << bits;
    }
  }
}

template <typename T>
void ExpectReadsUnaligned(DType dtype, const std::vector<T>& stored,
                          const std::vector<double>& values) {
  for (std::size_t offset = 0; offset < 8; ++offset) {
    // Exactly as long as needed, so that a sanitizer sees any read past it.
    std::vector<unsigned char> bytes(offset + stored.size() * sizeof(T));
    std::memcpy(bytes.data() + offset, stored.data(),
                stored.size() * sizeof(T));
    const Logits row(bytes.data() + offset, dtype, stored.size());
    ASSERT_EQ(row.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_EQ(row[i], values[i]);
    }
    for (std::size_t first = 0; first <= values.size(); ++first) {
      std::vector<double> out(values.size() - first, -1.0);
      row.Load(first, out.size(), out.data());
      EXPECT_EQ(out, std::vector<double>(
                         values.begin() + static_cast<std::ptrdiff_t>(first),
                         values.end()));
    }
  }
}

TEST(Logits, ReadEveryTypeFromAnyAddress) {
  const std::vector<double> values = {1.5,    -2.0,  0.0,      -0.25,
                                      1024.0, 0.125, -3.0e-05, 7.0};
  std::vector<double> f32, f16_values, bf16_values;
  std::vector<float> floats;
  const std::vector<std::uint16_t> f16 = {0x3e00, 0xc000, 0x0000, 0xb400,
                                          0x6400, 0x3000, 0x8001, 0x4700};
  const std::vector<std::uint16_t> bf16 = {0x3fc0, 0xc000, 0x0000, 0xbe80,
                                           0x4480, 0x3e00, 0x8001, 0x40e0};
  for (std::size_t i = 0; i < values.size(); ++i) {
    floats.push_back(static_cast<float>(values[i]));
    f32.push_back(floats.back());
    f16_values.push_back(SlowF16(f16[i]));
    bf16_values.push_back(static_cast<double>(
        std::bit_cast<float>(static_cast<std::uint32_t>(bf16[i]) << 16)));
  }
  ExpectReadsUnaligned(DType::kF64, values, values);
  ExpectReadsUnaligned(DType::kF32, floats, f32);
  ExpectReadsUnaligned(DType::kF16, f16, f16_values);
  ExpectReadsUnaligned(DType::kBF16, bf16, bf16_values);
}

TEST(Logits, KeepExtremeFloatsExactly) {
  const std::vector<float> row = {std::numeric_limits<float>::max(),
                                  std::numeric_limits<float>::min(),
                                  std::numeric_limits<float>::denorm_min(),
                                  -std::numeric_limits<float>::infinity()};
  const Logits logits{absl::Span<const float>(row)};
  for (std::size_t i = 0; i < row.size(); ++i) {
    EXPECT_EQ(logits[i], static_cast<double>(row[i]));
  }
}

TEST(Logits, ComeFromSpansOfFloatsAndDoubles) {
  const std::vector<float> floats = {1.0f, 2.0f};
  const std::vector<double> doubles = {1.0, 2.0, 3.0};
  const Logits a = absl::Span<const float>(floats);
  const Logits b = absl::Span<const double>(doubles);
  EXPECT_EQ(a.dtype(), DType::kF32);
  EXPECT_EQ(b.dtype(), DType::kF64);
  EXPECT_EQ(a.size(), 2u);
  EXPECT_EQ(b.size(), 3u);
  EXPECT_EQ(static_cast<const void*>(a.data()), floats.data());
  EXPECT_EQ(Logits().size(), 0u);
}

TEST(DType, HasANameAndASize) {
  EXPECT_EQ(DTypeName(DType::kF32), "f32");
  EXPECT_EQ(DTypeName(DType::kF16), "f16");
  EXPECT_EQ(DTypeName(DType::kBF16), "bf16");
  EXPECT_EQ(DTypeName(DType::kF64), "f64");
  EXPECT_EQ(DTypeSize(DType::kF32), 4u);
  EXPECT_EQ(DTypeSize(DType::kF16), 2u);
  EXPECT_EQ(DTypeSize(DType::kBF16), 2u);
  EXPECT_EQ(DTypeSize(DType::kF64), 8u);
}

}  // namespace
}  // namespace sampler

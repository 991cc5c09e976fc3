// The float32 functions against the C library's, which is what llama.cpp calls:
// never more than one unit in the last place apart, and seldom that.

#include "sampler/parity/float32_math.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "gtest/gtest.h"

namespace sampler::parity::float32_math_test {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// Floats as integers, so that neighbours are 1 apart.
std::int64_t Place(float x) {
  const auto bits = std::bit_cast<std::int32_t>(x);
  return bits >= 0 ? std::int64_t{bits} : -(std::int64_t{bits} & 0x7FFFFFFF);
}

struct Comparison {
  int values = 0;
  int different = 0;
  std::int64_t farthest = 0;

  void Add(float ours, float theirs) {
    ++values;
    if (Place(ours) == Place(theirs)) return;
    if (std::isnan(ours) && std::isnan(theirs)) return;
    ++different;
    farthest = std::max(farthest, std::abs(Place(ours) - Place(theirs)));
  }
  double Share() const { return static_cast<double>(different) / values; }
};

// Calls f for every `stride`-th float from `first` towards `last`, which have
// one sign.
template <typename F>
void ForFloats(float first, float last, std::uint32_t stride, F f) {
  auto bits = std::bit_cast<std::uint32_t>(first);
  const auto end = std::bit_cast<std::uint32_t>(last);
  for (; bits <= end; bits += stride) f(std::bit_cast<float>(bits));
}

TEST(Float32Math, ExpIsTheCLibrarysUpToOneUnit) {
  Comparison negative;
  ForFloats(-0.0F, -110.0F, 331,
            [&](float x) { negative.Add(Exp32(x), std::exp(x)); });
  EXPECT_GT(negative.values, 3'000'000);
  EXPECT_LE(negative.farthest, 1);
  EXPECT_LT(negative.Share(), 2e-4) << negative.different;
  Comparison positive;
  ForFloats(0.0F, 90.0F, 331,
            [&](float x) { positive.Add(Exp32(x), std::exp(x)); });
  EXPECT_LE(positive.farthest, 1);
  EXPECT_LT(positive.Share(), 2e-4) << positive.different;
  RecordProperty("exp_different", negative.different + positive.different);
}

TEST(Float32Math, LogarithmsAreTheCLibrarysUpToOneUnit) {
  Comparison natural;
  Comparison binary;
  ForFloats(0.0F, kInfinity, 331, [&](float x) {
    natural.Add(Log32(x), std::log(x));
    binary.Add(Log2Of32(x), std::log2(x));
  });
  EXPECT_GT(natural.values, 6'000'000);
  EXPECT_LE(natural.farthest, 1);
  EXPECT_LE(binary.farthest, 1);
  EXPECT_LT(natural.Share(), 4e-4) << natural.different;
  EXPECT_LT(binary.Share(), 4e-4) << binary.different;
  for (int exponent = -149; exponent < 128; ++exponent) {
    EXPECT_EQ(Log2Of32(std::ldexp(1.0F, exponent)),
              static_cast<float>(exponent));
  }
}

TEST(Float32Math, PowIsTheCLibrarysUpToOneUnit) {
  Comparison powers;
  ForFloats(1e-6F, 1e6F, 65'521, [&](float base) {
    for (const float exponent :
         {0.0F, 0.25F, 0.5F, 1.0F, 1.5F, 2.0F, 7.3F, -0.1F, -1.0F, -3.7F}) {
      powers.Add(Pow32(base, exponent), std::pow(base, exponent));
    }
  });
  EXPECT_GT(powers.values, 40'000);
  EXPECT_LE(powers.farthest, 1);
  EXPECT_LT(powers.Share(), 2e-3) << powers.different;
  for (const float base : {0.0F, 0.5F, 1.0F, 2.0F, kInfinity, kNan}) {
    for (const float exponent :
         {0.0F, 1.0F, -1.0F, kInfinity, -kInfinity, kNan}) {
      Comparison special;
      special.Add(Pow32(base, exponent), std::pow(base, exponent));
      EXPECT_EQ(special.different, 0) << base << "^" << exponent;
    }
  }
  EXPECT_TRUE(std::isnan(Pow32(-2.0F, 0.5F)));
}

TEST(Float32Math, PowerOfIsTheFloatOfTheExactPower) {
  for (const float base : {1.0F, 1.25F, 1.75F, 2.0F, 3.1F}) {
    for (int n = 0; static_cast<float>(n) * std::log(base) < 88.0F && n < 200;
         ++n) {
      EXPECT_EQ(static_cast<float>(0.8F * PowerOf(base, n)),
                static_cast<float>(0.8F * std::pow(double{base}, n)))
          << base << "^" << n;
    }
  }
}

TEST(Float32Math, KeepsSpecialValues) {
  EXPECT_EQ(Exp32(0.0F), 1.0F);
  EXPECT_EQ(Exp32(-kInfinity), 0.0F);
  EXPECT_EQ(Exp32(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(Exp32(kNan)));
  EXPECT_EQ(Log32(0.0F), -kInfinity);
  EXPECT_EQ(Log2Of32(0.0F), -kInfinity);
  EXPECT_TRUE(std::isnan(Log32(-1.0F)));
}

}  // namespace
}  // namespace sampler::parity::float32_math_test

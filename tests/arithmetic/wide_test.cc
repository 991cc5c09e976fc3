#include "sampler/arithmetic/wide.h"

#include <cstdint>
#include <random>

#include "gtest/gtest.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

absl::uint128 Random(std::mt19937_64& random) {
  const auto word = [&] {
    switch (random() % 4) {
      case 0:
        return std::uint64_t{0};
      case 1:
        return ~std::uint64_t{0};
      default:
        return random() >> random() % 64;
    }
  };
  return absl::MakeUint128(word(), word());
}

TEST(Wide, AddsAndMultipliesAsTwoHalvesDo) {
  std::mt19937_64 random(1);
  for (int i = 0; i < Share(20000); ++i) {
    const absl::uint128 a = Random(random);
    const absl::uint128 b = Random(random);
    // (a + b)^2 = a^2 + 2ab + b^2 modulo 2^256, and the laws of a ring.
    const Wide wa = a, wb = b;
    const Wide square = (wa + wb) * (wa + wb);
    EXPECT_EQ(square, wa * wa + wa * wb + wa * wb + wb * wb);
    EXPECT_EQ(wa * wb, wb * wa);
    EXPECT_EQ(wa * (wb + Wide(1)), wa * wb + wa);
    // Where 128 bits suffice, they agree.
    const absl::uint128 low_a = absl::Uint128Low64(a);
    const absl::uint128 low_b = absl::Uint128Low64(b);
    EXPECT_EQ(Wide(low_a) * Wide(low_b), Wide(low_a * low_b));
    EXPECT_EQ(wa.ShiftedDown64(), Wide(absl::Uint128High64(a)));
    EXPECT_EQ(wa <=> wb, a < b    ? std::strong_ordering::less
                         : a == b ? std::strong_ordering::equal
                                  : std::strong_ordering::greater);
    EXPECT_EQ(wa < wa * Wide(2), a != 0);
  }
}

TEST(Wide, CarriesThroughEveryLimb) {
  const Wide ones = absl::Uint128Max();
  const Wide two128 = ones + Wide(1);
  EXPECT_EQ(two128.ShiftedDown64().ShiftedDown64(), Wide(1));
  const Wide top = two128 * ones;  // 2^256 - 2^128.
  EXPECT_EQ(top + ones + Wide(1), Wide(0));
  EXPECT_GT(top, two128);
  EXPECT_EQ((two128 * two128), Wide(0));
}

}  // namespace
}  // namespace sampler

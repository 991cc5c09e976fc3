// The noise of draws: the house's, and that of other runtimes.

#include <cmath>
#include <cstdint>
#include <limits>

#include "gtest/gtest.h"
#include "sampler/random/gumbel.h"
#include "sampler/random/murmur_noise.h"
#include "sampler/random/random.h"
#include "tests/oracle/stages/gumbel.h"

namespace sampler {
namespace {

constexpr std::uint64_t kLastBits = std::numeric_limits<std::uint64_t>::max();

// Defect: a uniform of 0 or 1 makes infinite noise, and a masked token wins.
TEST(GumbelNoise, IsFiniteAtBothEnds) {
  EXPECT_NEAR(GumbelNoise(kLastBits), 65 * std::log(2.0), 1e-12);
  EXPECT_NEAR(GumbelNoise(0), -std::log(65 * std::log(2.0)), 1e-12);
  EXPECT_GT(ExponentialNoise(kLastBits), 0.0);
}

TEST(GumbelNoise, IsTheOracles) {
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const std::uint64_t bits =
        Coins(1, 2, static_cast<std::uint32_t>(i)).Bits(Purpose::kTokenNoise);
    for (const std::uint64_t b :
         {bits, bits >> (i % 64), ~(bits >> (i % 64))}) {
      ASSERT_EQ(GumbelNoise(b), oracle::Gumbel(b)) << b;
    }
  }
}

TEST(GumbelNoise, RisesWithTheBits) {
  double last = GumbelNoise(0);
  for (std::uint64_t i = 1; i < 100000; ++i) {
    const double next = GumbelNoise(i * (kLastBits / 100000));
    ASSERT_GT(next, last);
    last = next;
  }
}

// Defect: 24- and 32-bit noise never reaches tokens 17 to 23 nats down. Here
// the number of 64-bit patterns beyond a gap is counted, not sampled.
TEST(GumbelNoise, HasTheRightTailAtEveryGap) {
  for (double gap = -3.0; gap <= 40.0; gap += 0.5) {
    std::uint64_t low = 0;
    std::uint64_t high = kLastBits;
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (GumbelNoise(middle) > gap) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    const double beyond = static_cast<double>(kLastBits - low + 1) * 0x1p-64;
    const double exact = -std::expm1(-std::exp(-gap));
    EXPECT_NEAR(beyond, exact, 0x1p-63 + exact * 1e-13) << gap;
  }
}

TEST(MurmurNoise, GivesTheKnownHashes) {
  constexpr std::uint32_t kHigh = 0x9E3779B9u;
  const struct {
    std::uint64_t seed;
    std::uint32_t position, column, low, high;
  } known[] = {{0, 0, 0, 0x8134cdf8, 0xd28ad962},
               {42, 0, 0, 0x6f610fe4, 0x5e43af76},
               {42, 0, 1, 0x6ac7e06f, 0xcfff6b35},
               {42, 1, 0, 0xadb93a5d, 0xfeb7fba3},
               {42, 7, 128255, 0x1db18e38, 0xdc31c019},
               {1234567890123, 100, 5, 0x2cd31909, 0x47344762}};
  for (const auto& k : known) {
    EXPECT_EQ(MurmurHash(k.seed, k.position, k.column), k.low);
    EXPECT_EQ(MurmurHash(k.seed, k.position, k.column, kHigh), k.high);
  }
}

TEST(MurmurNoise, GivesTheKnownNoise) {
  const std::uint32_t hash = MurmurHash(42, 0, 0);
  EXPECT_NEAR(SglangNoise(hash), 0.183637651519, 1e-12);
  EXPECT_NEAR(VllmNoise(hash), 0.5602576f, 2e-7f);
}

TEST(MurmurNoise, StaysFiniteAtTheEndsOfItsHash) {
  EXPECT_NEAR(SglangNoise(0), -std::log(std::numeric_limits<double>::max()),
              1e-9);
  EXPECT_NEAR(SglangNoise(0xFFFFFFFFu), 32 * std::log(2.0), 1e-12);
  EXPECT_NEAR(VllmNoise(0), 33 * std::log(2.0), 1e-5);
  EXPECT_NEAR(VllmNoise(0xFFFFFFFFu), -std::log(24 * std::log(2.0)), 1e-6);
}

}  // namespace
}  // namespace sampler

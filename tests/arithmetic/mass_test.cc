#include "sampler/arithmetic/mass.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

// A natural number by schoolbook arithmetic: 32-bit limbs, lowest first.
class Natural {
 public:
  static constexpr std::size_t kLimbs = 48;  // 1,536 bits.

  Natural() = default;
  explicit Natural(Mass value) {
    for (std::size_t i = 0; i < 4; ++i) {
      limbs_[i] = static_cast<std::uint32_t>(absl::Uint128Low64(value));
      value >>= 32;
    }
  }

  Natural Times(const Natural& other) const {
    Natural result;
    for (std::size_t i = 0; i < 16; ++i) {
      std::uint64_t carry = 0;
      for (std::size_t j = 0; i + j < kLimbs; ++j) {
        const std::uint64_t sum = std::uint64_t{limbs_[i]} * other.limbs_[j] +
                                  result.limbs_[i + j] + carry;
        result.limbs_[i + j] = static_cast<std::uint32_t>(sum);
        carry = sum >> 32;
      }
    }
    return result;
  }

  // floor(this / 2^bits).
  Natural ShiftedRight(std::size_t bits) const {
    Natural result;
    for (std::size_t to = 0; to < kLimbs * 32; ++to) {
      if (Bit(to + bits)) result.limbs_[to / 32] |= 1u << (to % 32);
    }
    return result;
  }

  bool HasBitsBelow(std::size_t bits) const {
    for (std::size_t i = 0; i < bits; ++i) {
      if (Bit(i)) return true;
    }
    return false;
  }

  Mass ToMass() const {
    Mass result = 0;
    for (std::size_t i = 4; i-- > 0;) result = (result << 32) | limbs_[i];
    return result;
  }

 private:
  bool Bit(std::size_t i) const {
    return i < kLimbs * 32 && (limbs_[i / 32] >> (i % 32) & 1) != 0;
  }

  std::array<std::uint32_t, kLimbs> limbs_ = {};
};

// p = m * 2^-e, found by doubling.
void Split(double p, std::uint64_t& m, std::size_t& e) {
  e = 0;
  while (p != std::floor(p)) {
    p *= 2.0;
    ++e;
  }
  m = static_cast<std::uint64_t>(p);
}

Mass SlowFloor(double p, Mass total) {
  std::uint64_t m;
  std::size_t e;
  Split(p, m, e);
  return Natural(Mass{m}).Times(Natural(total)).ShiftedRight(e).ToMass();
}

Mass SlowTarget(double p, Mass total) {
  std::uint64_t m;
  std::size_t e;
  Split(p, m, e);
  const Natural product = Natural(Mass{m}).Times(Natural(total));
  return product.ShiftedRight(e).ToMass() + (product.HasBitsBelow(e) ? 1 : 0);
}

Mass SlowScale(std::uint64_t u, Mass total) {
  return Natural(Mass{u}).Times(Natural(total)).ShiftedRight(64).ToMass();
}

const std::vector<double>& EdgeFractions() {
  static const std::vector<double> fractions = {
      0.0,
      -0.0,
      std::numeric_limits<double>::denorm_min(),
      std::numeric_limits<double>::min(),
      0x1p-128,
      0x1p-127,
      0x1.8p-76,
      0x1.fffffffffffffp-76,
      0x1p-75,
      0x1p-71,
      0x1p-64,
      1e-9,
      0.05,
      0.25,
      1.0 / 3.0,
      std::nextafter(0.5, 0.0),
      0.5,
      std::nextafter(0.5, 1.0),
      0.9,
      0.95,
      std::nextafter(1.0, 0.0),
      1.0};
  return fractions;
}

const std::vector<Mass>& EdgeTotals() {
  static const std::vector<Mass> totals = {
      1,
      2,
      3,
      kLikeliestWeight - 1,
      kLikeliestWeight,
      kLikeliestWeight + 1,
      Mass{kLikeliestWeight} * 4096,
      Mass{std::numeric_limits<std::uint64_t>::max()},
      Mass{1} << 64,
      (Mass{1} << 64) + 1,
      Mass{kLikeliestWeight} * 262144,
      Mass{kLikeliestWeight} * 262144 - 1,
      (Mass{1} << 71) - 1,
      Mass{1} << 71};
  return totals;
}

TEST(LeastAndMostMass, EqualLongHandArithmeticAtTheEdges) {
  for (const double p : EdgeFractions()) {
    for (const Mass total : EdgeTotals()) {
      EXPECT_EQ(LeastMass(p, total), SlowTarget(p, total)) << p << " " << total;
      EXPECT_EQ(MostMass(p, total), SlowFloor(p, total)) << p << " " << total;
    }
  }
}

TEST(LeastAndMostMass, EqualLongHandArithmeticAnywhere) {
  std::mt19937_64 random(1);
  for (int i = 0; i < Share(5000); ++i) {
    const double p = std::ldexp(static_cast<double>(random() >> 11) * 0x1p-53,
                                -static_cast<int>(random() % 140));
    const Mass total = ((Mass{random()} << 64) | random()) >>
                       static_cast<int>(57 + random() % 71);
    if (total == 0) continue;
    ASSERT_EQ(LeastMass(p, total), SlowTarget(p, total)) << p << " " << total;
    ASSERT_EQ(MostMass(p, total), SlowFloor(p, total)) << p << " " << total;
  }
}

TEST(LeastAndMostMass, AreExactAtFractionsThatDivideTheTotal) {
  const Mass total = Mass{kLikeliestWeight} * 8;
  EXPECT_EQ(LeastMass(0.75, total), Mass{kLikeliestWeight} * 6);
  EXPECT_EQ(MostMass(0.75, total), Mass{kLikeliestWeight} * 6);
  EXPECT_EQ(LeastMass(std::nextafter(0.75, 1.0), total),
            Mass{kLikeliestWeight} * 6 + 2);
  EXPECT_EQ(MostMass(std::nextafter(0.75, 0.0), total),
            Mass{kLikeliestWeight} * 6 - 2);
}

TEST(LeastAndMostMass, EncloseTheFraction) {
  for (const Mass total : EdgeTotals()) {
    EXPECT_EQ(LeastMass(0.0, total), Mass{0});
    EXPECT_EQ(MostMass(0.0, total), Mass{0});
    EXPECT_EQ(LeastMass(1.0, total), total);
    EXPECT_EQ(MostMass(1.0, total), total);
    for (const double p : EdgeFractions()) {
      const Mass gap = LeastMass(p, total) - MostMass(p, total);
      EXPECT_LE(gap, Mass{1});
      if (p > 0.0) {
        EXPECT_GE(LeastMass(p, total), Mass{1}) << p;
      }
      if (p < 1.0) {
        EXPECT_LT(MostMass(p, total), total) << p;
      }
    }
  }
}

TEST(Scale, EqualsLongHandArithmetic) {
  std::mt19937_64 random(2);
  const std::uint64_t edges[] = {0, 1, std::uint64_t{1} << 63,
                                 std::numeric_limits<std::uint64_t>::max() - 1,
                                 std::numeric_limits<std::uint64_t>::max()};
  for (const Mass total : EdgeTotals()) {
    for (const std::uint64_t u : edges) {
      EXPECT_EQ(PlaceOfBits(u, total), SlowScale(u, total))
          << u << " " << total;
    }
    for (int i = 0; i < Share(500); ++i) {
      const std::uint64_t u = random();
      ASSERT_EQ(PlaceOfBits(u, total), SlowScale(u, total))
          << u << " " << total;
    }
  }
}

TEST(Scale, NeverReachesTheTotal) {
  for (const Mass total : EdgeTotals()) {
    EXPECT_EQ(PlaceOfBits(0, total), Mass{0});
    EXPECT_LT(PlaceOfBits(std::numeric_limits<std::uint64_t>::max(), total),
              total);
  }
  // The product of these two has 133 bits.
  EXPECT_EQ(PlaceOfBits(std::numeric_limits<std::uint64_t>::max(),
                        Mass{kLikeliestWeight} * 262144),
            Mass{kLikeliestWeight} * 262144 - 32);
}

// The nearest double by trying neighbours: |mass - double| is least, and a tie
// goes to the even mantissa.
double SlowToDouble(Mass mass) {
  int shift = 0;
  while ((mass >> shift) >= (Mass{1} << 53)) ++shift;
  const auto down = static_cast<std::uint64_t>(mass >> shift);
  const Mass below = Mass{down} << shift;
  const Mass above = Mass{down + 1} << shift;
  const Mass to_below = mass - below;
  const Mass to_above = above - mass;
  const bool up = shift > 0 && (to_above < to_below ||
                                (to_above == to_below && down % 2 == 1));
  return std::ldexp(static_cast<double>(up ? down + 1 : down), shift);
}

TEST(ToDouble, RoundsOnceToTheNearest) {
  std::mt19937_64 random(3);
  for (const Mass total : EdgeTotals()) {
    EXPECT_EQ(ToDouble(total), SlowToDouble(total)) << total;
  }
  for (int bits = 1; bits <= 72; ++bits) {
    const Mass top = Mass{1} << (bits - 1);
    // Exact halves between two doubles, and their neighbours.
    for (int i = 0; i < Share(200); ++i) {
      Mass mass = top | (((Mass{random()} << 64) | random()) % top);
      EXPECT_EQ(ToDouble(mass), SlowToDouble(mass)) << mass;
      if (bits <= 54) continue;
      const int dropped = bits - 53;
      mass = (mass >> dropped << dropped) | (Mass{1} << (dropped - 1));
      EXPECT_EQ(ToDouble(mass), SlowToDouble(mass)) << mass;
      EXPECT_EQ(ToDouble(mass + 1), SlowToDouble(mass + 1)) << mass;
      EXPECT_EQ(ToDouble(mass - 1), SlowToDouble(mass - 1)) << mass;
    }
  }
  EXPECT_EQ(ToDouble(0), 0.0);
  EXPECT_EQ(ToDouble(absl::Uint128Max()), 0x1p128);
}

TEST(Ratio, IsTheQuotientOfTheNearestDoubles) {
  EXPECT_EQ(Ratio(0, 7), 0.0);
  EXPECT_EQ(Ratio(7, 7), 1.0);
  EXPECT_EQ(Ratio(kLikeliestWeight, Mass{kLikeliestWeight} * 4), 0.25);
  EXPECT_EQ(Ratio(1, 3), 1.0 / 3.0);
  EXPECT_EQ(Ratio(Mass{1} << 70, Mass{1} << 71), 0.5);
}

}  // namespace
}  // namespace sampler

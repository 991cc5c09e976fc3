#include "sampler/random/random.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <unordered_set>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/chi_square.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

using Words = std::array<std::uint32_t, 4>;

TEST(Philox4x32, GivesThePublishedAnswers) {
  // Random123 kat_vectors, philox4x32 with 10 rounds.
  EXPECT_EQ(Philox4x32({0, 0, 0, 0}, {0, 0}),
            (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(Philox4x32({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                       {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Coins, PutEveryArgumentInItsWordOfTheCounter) {
  // counter = (index, position, stream, purpose + 256 ordinal), key = seed.
  const std::uint64_t seed = 0x299f31d0a4093822;
  const Coins coins(seed, 0x13198a2e, 0x85a308d3);
  // Ordinal 0x037073 and purpose 0x44 make the published counter's last word;
  // 0x44 is no purpose, but pins the layout.
  EXPECT_EQ(coins.Bits(static_cast<Purpose>(0x44), 0x037073, 0x243f6a88),
            0x94fdccebd16cfe09u);
  EXPECT_EQ(Coins(0, 0, 0).Bits(Purpose::kTokenDraw), 0xe169c58d6627e8d5u);
}

TEST(Coins, KeepTheirGoldenWords) {
  // From a restatement of Philox in another language; part of the
  // reproducibility contract.
  EXPECT_EQ(Coins(42u, 0u, 0u).Bits(Purpose::kTokenDraw, 0, 0),
            0x77f5493b9ceaf053u);
  EXPECT_EQ(Coins(42u, 0u, 1u).Bits(Purpose::kTokenDraw, 0, 0),
            0x7dbf5de842e0b8b3u);
  EXPECT_EQ(Coins(42u, 1u, 0u).Bits(Purpose::kTokenDraw, 0, 0),
            0x2051e91302933769u);
  EXPECT_EQ(Coins(43u, 0u, 0u).Bits(Purpose::kTokenDraw, 0, 0),
            0x48ef83771f7baeecu);
  EXPECT_EQ(Coins(18446744073709551615u, 4294967295u, 4294967295u)
                .Bits(Purpose::kTokenDraw, 0, 0),
            0x0e584d32dd95ed92u);
  EXPECT_EQ(Coins(42u, 0u, 0u).Bits(Purpose::kXtcCoin, 3, 0),
            0x1eb77994f65245d1u);
  EXPECT_EQ(Coins(42u, 0u, 0u).Bits(Purpose::kTokenNoise, 0, 151935),
            0x1d759c54db3801ecu);
  EXPECT_EQ(
      Coins(1099511627781u, 7u, 1000u).Bits(Purpose::kSpeculativeAccept, 0, 2),
      0x75803ecf6b619c95u);
  EXPECT_EQ(Coins(42u, 0u, 9u).Bits(Purpose::kResidualDraw, 0, 0),
            0x8e903c6bca863739u);
  EXPECT_EQ(Coins(42u, 0u, 0u).Bits(Purpose::kCaller, 16777215, 5),
            0x89cc584bc18fc0f4u);
}

TEST(Coins, KeepTheirGoldenWordsAtEveryAttempt) {
  EXPECT_EQ(Coins(42, 7, 9, 0).Bits(Purpose::kTokenDraw),
            Coins(42, 7, 9).Bits(Purpose::kTokenDraw));
  EXPECT_EQ(Coins(42, 0, 0, 0).key(), 42u);
  EXPECT_EQ(Coins(42, 0, 0, 1).key(), 0xad24d432ed81b7a4u);
  EXPECT_EQ(Coins(42, 0, 9, 1).key(), 0xad24d432ed81b7a4u);
  EXPECT_EQ(Coins(42, 0, 0, 1).Bits(Purpose::kTokenDraw), 0xac2a3fa56dd50113u);
  EXPECT_EQ(Coins(42, 0, 9, 1).Bits(Purpose::kTokenDraw), 0x5f68f342c27f61a1u);
  EXPECT_EQ(Coins(42, 3, 0, 2).Bits(Purpose::kTokenDraw), 0x302d63ce88033ca9u);
  EXPECT_EQ(Coins(18446744073709551615u, 4294967295u, 4294967295u, 4294967295u)
                .Bits(Purpose::kXtcCoin, 3, 0),
            0x367d8a175089169eu);
  EXPECT_EQ(Coins(42, 0, 5, 7).Bits(Purpose::kTokenNoise, 0, 151935),
            0x10fd835cb80eed8fu);
  EXPECT_EQ(Coins(42, 0, 5, 0).Bits(Purpose::kBlockAccept, 0, 2),
            0xb7e795a1e16de588u);
}

TEST(Purpose, KeepsItsNumbers) {
  EXPECT_EQ(static_cast<int>(Purpose::kTokenDraw), 0);
  EXPECT_EQ(static_cast<int>(Purpose::kXtcCoin), 1);
  EXPECT_EQ(static_cast<int>(Purpose::kSpeculativeAccept), 2);
  EXPECT_EQ(static_cast<int>(Purpose::kResidualDraw), 3);
  EXPECT_EQ(static_cast<int>(Purpose::kTokenNoise), 4);
  EXPECT_EQ(static_cast<int>(Purpose::kCaller), 6);
  EXPECT_EQ(static_cast<int>(Purpose::kAttempt), 7);
  EXPECT_EQ(static_cast<int>(Purpose::kBlockAccept), 8);
}

TEST(Coins, UseAllBitsOfTheSeed) {
  const std::uint64_t one = Coins(1, 0, 0).Bits(Purpose::kTokenDraw);
  EXPECT_NE(
      one, Coins((std::uint64_t{1} << 32) + 1, 0, 0).Bits(Purpose::kTokenDraw));
  EXPECT_NE(
      one, Coins((std::uint64_t{1} << 63) + 1, 0, 0).Bits(Purpose::kTokenDraw));
}

TEST(ToFraction, LiesBelowOne) {
  EXPECT_EQ(ToFraction(0), 0.0);
  EXPECT_EQ(ToFraction(2047), 0.0);
  EXPECT_EQ(ToFraction(2048), 0x1p-53);
  EXPECT_EQ(ToFraction(std::uint64_t{1} << 63), 0.5);
  EXPECT_EQ(ToFraction(std::numeric_limits<std::uint64_t>::max()),
            1.0 - 0x1p-53);
}

// ---- Statistics ------------------------------------------------------------
// Seeds are fixed, so these tests are deterministic; the chance that a perfect
// generator would have failed one of them is kFalseAlarm in all.
constexpr double kFalseAlarm = 1e-6;

struct Consumer {
  std::string name;
  std::function<std::uint64_t(std::uint32_t)> bits;
};

std::vector<Consumer> Consumers() {
  const auto coins = [](std::uint64_t seed, std::uint32_t stream,
                        std::uint32_t position, Purpose purpose,
                        std::uint32_t ordinal, std::uint32_t index) {
    return Coins(seed, stream, position).Bits(purpose, ordinal, index);
  };
  using P = Purpose;
  return {
      {"position", [=](auto i) { return coins(7, 0, i, P::kTokenDraw, 0, 0); }},
      {"seed", [=](auto i) { return coins(i, 1, 0, P::kTokenDraw, 0, 0); }},
      {"high seed",
       [=](auto i) {
         return coins(std::uint64_t{i} << 32, 2, 0, P::kTokenDraw, 0, 0);
       }},
      {"stream",
       [=](auto i) { return coins(7, i, 1u << 31, P::kTokenDraw, 0, 0); }},
      {"token noise",
       [=](auto i) { return coins(7, 0, 0, P::kTokenNoise, 0, i); }},
      {"ordinal", [=](auto i) { return coins(7, 3, 5, P::kXtcCoin, i, 0); }},
      {"xtc", [=](auto i) { return coins(7, 0, i, P::kXtcCoin, 0, 0); }},
      {"xtc of stage 1",
       [=](auto i) { return coins(7, 0, i, P::kXtcCoin, 1, 0); }},
      {"accept",
       [=](auto i) { return coins(7, 0, i, P::kSpeculativeAccept, 0, 0); }},
      {"residual",
       [=](auto i) { return coins(7, 0, i, P::kResidualDraw, 0, 0); }},
      {"block", [=](auto i) { return coins(7, 0, 3, P::kBlockAccept, 0, i); }},
      {"attempt",
       [](auto i) { return Coins(7, 0, 1u << 31, i + 1).Bits(P::kTokenDraw); }},
      {"position of an attempt",
       [](auto i) { return Coins(7, 0, i, 1).Bits(P::kTokenDraw); }},
      {"stream of an attempt",
       [](auto i) { return Coins(7, i + 1, 1u << 31, 1).Bits(P::kTokenDraw); }},
  };
}

constexpr int kPairs = 100000;
constexpr int kCells = 16;  // Per axis: the top four bits, and the lowest four.

// Chi-square of the table of (a, b) over 16 x 16 cells.
double PairChiSquare(const std::function<unsigned(int)>& a,
                     const std::function<unsigned(int)>& b, int pairs) {
  std::vector<double> count(kCells * kCells);
  for (int i = 0; i < pairs; ++i) ++count[a(i) * kCells + b(i)];
  const double expected = pairs / static_cast<double>(count.size());
  double statistic = 0.0;
  for (const double n : count) {
    statistic += (n - expected) * (n - expected) / expected;
  }
  return statistic;
}

TEST(Coins, OfConsecutivePlacesAreIndependent) {
  const std::vector<Consumer> consumers = Consumers();
  const int pairs = Share(kPairs);
  // 14 consumers, 4 lags, high and low bits, and the pairs between consumers.
  const double checks = 14 * 4 * 2 + 14 * 13 / 2;
  const double limit =
      ChiSquareQuantile(kCells * kCells - 1, kFalseAlarm / checks);
  const auto high = [](std::uint64_t u) {
    return static_cast<unsigned>(u >> 60);
  };
  const auto low = [](std::uint64_t u) {
    return static_cast<unsigned>(u & 15);
  };
  std::vector<std::vector<std::uint64_t>> coins;
  for (const Consumer& c : consumers) {
    coins.emplace_back();
    for (int i = 0; i < pairs + 100; ++i) {
      coins.back().push_back(c.bits(static_cast<std::uint32_t>(i)));
    }
  }
  const auto at = [](int i) { return static_cast<std::size_t>(i); };
  for (std::size_t c = 0; c < consumers.size(); ++c) {
    for (const int lag : {1, 2, 16, 100}) {
      EXPECT_LT(PairChiSquare(
                    [&](int i) { return high(coins[c][at(i)]); },
                    [&](int i) { return high(coins[c][at(i + lag)]); }, pairs),
                limit)
          << consumers[c].name << ", lag " << lag;
      EXPECT_LT(PairChiSquare([&](int i) { return low(coins[c][at(i)]); },
                              [&](int i) { return low(coins[c][at(i + lag)]); },
                              pairs),
                limit)
          << consumers[c].name << ", low bits, lag " << lag;
    }
    for (std::size_t d = 0; d < c; ++d) {
      EXPECT_LT(
          PairChiSquare([&](int i) { return high(coins[c][at(i)]); },
                        [&](int i) { return high(coins[d][at(i)]); }, pairs),
          limit)
          << consumers[c].name << " and " << consumers[d].name;
    }
  }
}

TEST(Coins, AreSharedByNoTwoUses) {
  // Among n words of 64 bits some two agree by chance with probability
  // n^2 / 2^65 = 3e-8 for a million: any repetition is a shared number, also
  // one that is shifted or strided.
  std::unordered_set<std::uint64_t> seen;
  std::size_t words = 0;
  for (const Consumer& c : Consumers()) {
    for (int i = 0; i < Share(kPairs); ++i) {
      // "position", "seed" and "token noise" share no argument tuple either.
      seen.insert(c.bits(static_cast<std::uint32_t>(i)));
      ++words;
    }
  }
  EXPECT_EQ(seen.size(), words);
}

TEST(Coins, SetEveryBitHalfOfTheTime) {
  const int n = Share(kPairs);
  std::array<int, 64> ones = {};
  for (int i = 0; i < n; ++i) {
    const std::uint64_t u =
        Coins(11, 0, static_cast<std::uint32_t>(i)).Bits(Purpose::kTokenDraw);
    for (std::size_t bit = 0; bit < 64; ++bit) {
      ones[bit] += static_cast<int>(u >> bit & 1);
    }
  }
  // 6.5 sigmas: 8e-11 two-sided, 5e-9 over 64 bits.
  for (const int count : ones) {
    EXPECT_LT(std::fabs(count - n / 2.0), 6.5 * std::sqrt(n / 4.0));
  }
}

}  // namespace
}  // namespace sampler

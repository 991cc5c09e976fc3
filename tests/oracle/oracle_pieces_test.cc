// The oracle's own pieces, against published answers, long double, and sums
// done by hand.

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tests/oracle/golden/golden_data.h"
#include "tests/oracle/house.h"
#include "tests/oracle/mass.h"
#include "tests/oracle/moments.h"
#include "tests/oracle/philox.h"
#include "tests/oracle/pipeline.h"
#include "tests/oracle/second_oracle.h"
#include "tests/oracle/sha256.h"
#include "tests/oracle/stages/draws.h"

namespace oracle {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(OraclePhilox, GivesTheKnownAnswers) {
  EXPECT_EQ(Philox({0, 0, 0, 0}, {0, 0}),
            (PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(Philox({ones, ones, ones, ones}, {ones, ones}),
            (PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                   {0xa4093822, 0x299f31d0}),
            (PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(OraclePhilox, LaysOutCounterAndKeyAsDefined) {
  // The third known answer, read as seed, stream, position and index.
  EXPECT_EQ(RandomBits(0x299f31d0a4093822, /*stream=*/0x13198a2e,
                       /*position=*/0x85a308d3, Purpose::kTokenDraw,
                       /*ordinal=*/5, /*index=*/0x243f6a88),
            [] {
              const PhiloxCounter out =
                  Philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 5 * 256},
                         {0xa4093822, 0x299f31d0});
              return out[0] + (std::uint64_t{out[1]} << 32);
            }());
  EXPECT_EQ(RandomBits(0, 0, 0, Purpose::kTokenDraw, 0, 0),
            0xe169c58d6627e8d5u);
}

TEST(OracleHouse, ExpIsWithinItsErrorBound) {
  double worst = 0;
  for (int i = 0; i <= 2'000'000; ++i) {
    const double x = -708 + i * 0.000708;
    const long double exact = std::exp(static_cast<long double>(x));
    const double error = static_cast<double>(std::abs((E(x) - exact) / exact));
    worst = error > worst ? error : worst;
  }
  EXPECT_LT(worst, 0x1p-51);
}

TEST(OracleHouse, LogIsWithinTwoUnitsInTheLastPlace) {
  for (int i = 1; i <= 1'000'000; ++i) {
    for (double x : {i * 1e-6, 1 + i * 1e-6, std::ldexp(1 + i * 1e-6, i % 80),
                     std::ldexp(1 + i * 1e-6, -(i % 1070))}) {
      const long double exact = std::log(static_cast<long double>(x));
      EXPECT_LE(std::abs(L(x) - exact), 0x1p-51L * std::abs(exact)) << x;
    }
  }
}

TEST(OracleHouse, HasTheExactValuesAndLimits) {
  EXPECT_EQ(E(0), 1);
  EXPECT_EQ(E(-745.1), 0);
  EXPECT_EQ(E(-kInfinity), 0);
  EXPECT_EQ(E(710), kInfinity);
  EXPECT_TRUE(std::isnan(E(std::nan(""))));
  EXPECT_EQ(L(1), 0);
  EXPECT_EQ(L(0), -kInfinity);
  EXPECT_EQ(CosPi(0), 1);
  EXPECT_EQ(CosPi(0.5), 0);
  EXPECT_EQ(CosPi(1), -1);
  EXPECT_EQ(Pow(3, 0), 1);
}

TEST(OracleHouse, CosPiAndPowAreAccurate) {
  const long double pi = std::acos(-1.0L);
  for (int i = 0; i <= 100'000; ++i) {
    const double f = i / 100'000.0;
    EXPECT_NEAR(CosPi(f), static_cast<double>(std::cos(pi * f)), 0x1p-52) << f;
    EXPECT_NEAR(Pow(0.25, f), static_cast<double>(std::pow(0.25L, f)), 0x1p-51);
  }
}

TEST(OracleMass, TakesFractionsExactly) {
  EXPECT_TRUE(Target(0, 7) == 0 && Floor(0, 7) == 0);
  EXPECT_TRUE(Target(1, 7) == 7 && Floor(1, 7) == 7);
  EXPECT_TRUE(Target(0.5, 7) == 4 && Floor(0.5, 7) == 3);
  EXPECT_TRUE(Target(0.5, 8) == 4 && Floor(0.5, 8) == 4);
  // 0.1 as a double lies above one tenth, 0.3 below three tenths.
  EXPECT_TRUE(Target(0.1, 10) == 2 && Floor(0.1, 10) == 1);
  EXPECT_TRUE(Target(0.3, 10) == 3 && Floor(0.3, 10) == 2);
  const double tiny = std::numeric_limits<double>::denorm_min();
  EXPECT_TRUE(Target(tiny, Mass{1} << 71) == 1);
  EXPECT_TRUE(Floor(tiny, Mass{1} << 71) == 0);
  const double below = std::nextafter(1.0, 0.0);
  EXPECT_TRUE(Target(below, Mass{1} << 71) == (Mass{1} << 71) - (1 << 18));
  EXPECT_TRUE(Target(below, 1000) == 1000 && Floor(below, 1000) == 999);
}

TEST(OracleMass, ConvertsToTheNearestDoubleTiesToEven) {
  const Mass one = 1;
  EXPECT_EQ(ToDouble(0), 0);
  EXPECT_EQ(ToDouble((one << 53) + 1), 0x1p53);
  EXPECT_EQ(ToDouble((one << 53) + 3), 0x1p53 + 4);
  EXPECT_EQ(ToDouble((one << 70) + (one << 17)), 0x1p70);
  EXPECT_EQ(ToDouble((one << 70) + (one << 17) + 1), 0x1p70 + 0x1p18);
  EXPECT_EQ(ToDouble((one << 71) - 1), 0x1p71);
}

TEST(OracleMoments, AddsOnLanesInTheFixedOrder) {
  // In index order, 1e16 + 1 loses the 1; on lanes, 1 meets -1e16 + 1e16.
  std::vector<double> terms(2048, 0.0);
  terms[0] = 1e16;
  terms[1] = 1;
  terms[8] = -1e16;
  EXPECT_EQ(LaneSum(terms), 1);
  terms[8] = 0;
  terms[1024] = -1e16;  // another block: 1 is lost before it is met
  EXPECT_EQ(LaneSum(terms), 0);
  terms[1024] = 0;
  terms[16] = -1e16;  // the same lane
  EXPECT_EQ(LaneSum(terms), 1);
}

TEST(OracleDraw, ScalesWithoutLosingABit) {
  const std::uint64_t last = ~std::uint64_t{0};
  const Mass flat = Mass{262'144} << 51;
  EXPECT_TRUE(ScaledDraw(last, flat) == flat - (1 << 5));
  EXPECT_TRUE(ScaledDraw(0, flat) == 0);
  for (std::uint64_t bits : {last, last / 3, std::uint64_t{12345}}) {
    for (Mass total : {flat, flat - 1, (Mass{1} << 71) - 12345, Mass{7}}) {
      const auto low = static_cast<std::uint64_t>(total);
      const Mass want = Mass{bits} * (total >> 64) + ((Mass{bits} * low) >> 64);
      EXPECT_TRUE(ScaledDraw(bits, total) == want);
    }
  }
}

TEST(OracleDraw, FindsEveryBoundary) {
  const std::vector<Candidate> walk = {
      {4, 0, 0}, {5, 0, 3}, {6, 0, 0}, {7, 0, 2}, {8, 0, 0}};
  EXPECT_EQ(AtMass(walk, 0), 5);
  EXPECT_EQ(AtMass(walk, 2), 5);
  EXPECT_EQ(AtMass(walk, 3), 7);
  EXPECT_EQ(AtMass(walk, 4), 7);
}

TEST(OracleSha256, GivesThePublishedDigests) {
  EXPECT_EQ(Sha256Hex(""),
            "e3b0c44298fc1c149afbf4c8996fb924"
            "27ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223"
            "b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67"
            "f1809a48a497200e046d39ccc7112cd0");
}

TEST(OracleGoldenData, ReadsSixteenBitFloats) {
  EXPECT_EQ(FromHalf(0x3c00), 1);
  EXPECT_EQ(FromHalf(0xc000), -2);
  EXPECT_EQ(FromHalf(0x7bff), 65504);
  EXPECT_EQ(FromHalf(0x0001), 0x1p-24);
  EXPECT_EQ(FromHalf(0xfc00), -kInfinity);
  EXPECT_TRUE(std::isnan(FromHalf(0x7e00)));
  EXPECT_EQ(FromBfloat(0x3f80), 1);
  EXPECT_EQ(FromBfloat(0xc049), -3.140625);
  EXPECT_EQ(FromBfloat(0xff80), -kInfinity);
}

TEST(SecondOracle, BoundsTheIntegerWeightsOnRealRows) {
  const GoldenSet set = GoldenSets(SAMPLER_TEST_DATA, "").front();
  for (const char* name : {"story", "code", "rivers-hf"}) {
    const GoldenLog log = LoadGoldenLog(set.log_prefix + name);
    for (const auto& [number, row] : log.rows) {
      const std::vector<long double> exact = LongDoubleSoftmax(row);
      const Result result = RunStages(row, nlohmann::json::array());
      const long double total = ToDouble(result.total);
      long double distance = 0;
      for (const Candidate& c : result.candidates) {
        const auto id = static_cast<std::size_t>(c.id);
        distance +=
            std::abs(static_cast<long double>(c.weight) / total - exact[id]);
      }
      // Each of V weights is off by at most 1 in S >= 2^51 (half a unit of
      // rounding, less of exp).
      EXPECT_LT(distance, 2 * static_cast<long double>(row.size()) * 0x1p-51L)
          << name << " row " << number;
    }
  }
}

}  // namespace
}  // namespace oracle

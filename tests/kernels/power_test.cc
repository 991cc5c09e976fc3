// Powers, logarithms and shares by vectors: the same bits as the scalar
// functions on every instruction set.

#include "sampler/kernels/power.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/arithmetic/numeric.h"
#include "tests/kernels/every_target.h"
#include "tests/support/test_share.h"

namespace sampler::kernels::power_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class Power : public OnEveryTarget {
 protected:
  // In (0, 1), mostly near neither end.
  double Fraction() {
    return (static_cast<double>(random_() >> 12) + 0.5) * 0x1p-52;
  }

  // Any positive finite double, or one near 1, or a fraction.
  double Positive() {
    switch (random_() % 4) {
      case 0: {
        const double any = std::bit_cast<double>(random_() >> 1);
        return std::isfinite(any) && any > 0.0 ? any : 5e-324;
      }
      case 1:
        return 1.0 + (Fraction() - 0.5) *
                         std::ldexp(1.0, -static_cast<int>(random_() % 52));
      case 2:  // Subnormal.
        return std::bit_cast<double>((random_() >> 12 >> random_() % 52) + 1);
      default:
        return Fraction();
    }
  }

  std::mt19937_64 random_{5};
};

const double kEdges[] = {5e-324,
                         0x1.fffffffffffffp-1023,  // The largest subnormal,
                         0x1p-1022,                // the smallest normal.
                         0x1p-1021,
                         1e-300,
                         0x1p-53,
                         0x1.6a09e667f3bccp-1,  // Around sqrt(1/2), sqrt(2).
                         0x1.6a09e667f3bcdp-1,
                         0x1.6a09e667f3bcep-1,
                         0x1.fffffffffffffp-1,
                         1.0,
                         0x1.0000000000001p+0,
                         0x1.6a09e667f3bccp+0,
                         0x1.6a09e667f3bcdp+0,
                         0x1.6a09e667f3bcep+0,
                         2.0,
                         1e300,
                         std::numeric_limits<double>::max()};

void ExpectSameBits(const std::vector<double>& got,
                    const std::vector<double>& want,
                    const std::vector<double>& of, const char* what) {
  for (std::size_t i = 0; i < want.size(); ++i) {
    ASSERT_EQ(std::bit_cast<std::uint64_t>(got[i]),
              std::bit_cast<std::uint64_t>(want[i]))
        << what << " of " << of[i] << ": " << got[i] << ", want " << want[i];
  }
}

TEST_P(Power, LogsAreThoseOfTheHouse) {
  for (int round = 0; round < Share(3000); ++round) {
    std::vector<double> values(std::begin(kEdges), std::end(kEdges));
    values.push_back(0.0);
    values.push_back(-0.0);
    values.resize(values.size() + random_() % 70);
    for (std::size_t i = std::size(kEdges) + 2; i < values.size(); ++i) {
      values[i] = Positive();
    }
    std::shuffle(values.begin(), values.end(), random_);
    std::vector<double> want(values.size());
    std::transform(values.begin(), values.end(), want.begin(), Log);
    std::vector<double> got = values;
    got.push_back(77.0);
    TakeLogs(values.size(), got.data());
    ExpectSameBits(got, want, values, "log");
    ASSERT_EQ(got.back(), 77.0);  // Nothing is written past the end.
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST_P(Power, PowersAreThoseOfTheHouse) {
  std::vector<double> exponents = {0.0,  1.0,  -1.0, 0.5,       2.0,
                                   1e-9, 60.0, 1e9,  kInfinity, -kInfinity};
  for (int round = 0; round < Share(3000); ++round) {
    exponents.push_back((Fraction() - 0.25) *
                        std::ldexp(1.0, static_cast<int>(random_() % 20) - 8));
    // Exponents that take the value to the ends of the doubles.
    const double base = Positive();
    for (const double log : {-745.2, -745.0, -744.9, -708.4, 709.7, 709.8}) {
      exponents.push_back((log + Fraction() * 0.2) / Log(base));
    }
    for (const double exponent : exponents) {
      std::vector<double> values(std::begin(kEdges), std::end(kEdges));
      values.push_back(base);
      values.resize(values.size() + random_() % 9);
      for (std::size_t i = std::size(kEdges) + 1; i < values.size(); ++i) {
        values[i] = Positive();
      }
      std::shuffle(values.begin(), values.end(), random_);
      std::vector<double> want(values.size());
      std::transform(values.begin(), values.end(), want.begin(),
                     [=](double value) {
                       return value == 1.0 ? 1.0 : Pow(value, exponent);
                     });
      std::vector<double> got = values;
      RaiseToPower(exponent, values.size(), got.data());
      ExpectSameBits(got, want, values, "power");
      if (testing::Test::HasFatalFailure()) FAIL() << exponent;
    }
    exponents.clear();
  }
}

TEST_P(Power, SharesAreRatiosOfMasses) {
  for (int round = 0; round < Share(3000); ++round) {
    // Any number of bits, up to more than a million heads.
    Mass before = (Mass{random_()} << 64 | random_()) >>
                  static_cast<int>(57 + random_() % 71);
    if (round == 0) before = (Mass{1} << 72) - 1;
    std::vector<Weight> weights(random_() % 600);
    for (Weight& weight : weights) {
      weight = random_() % 50 == 0 ? kLikeliestWeight
                                   : (random_() >> 13) >> random_() % 52;
    }
    Mass sum = before;
    for (const Weight weight : weights) sum += weight;
    const Mass total = sum + (random_() % 2 == 0 ? Mass{0} : Mass{random_()});
    if (total == 0) continue;
    std::vector<double> shares(weights.size() + 1, 77.0);
    ASSERT_EQ(RunningShares(weights.data(), weights.size(), before, total,
                            shares.data()),
              sum);
    Mass running = before;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      running += weights[i];
      ASSERT_EQ(shares[i], Ratio(running, total)) << i;
    }
    ASSERT_EQ(shares.back(), 77.0);
  }
}

INSTANTIATE_TEST_SUITE_P(Every, Power, EveryTarget(), TargetName);

}  // namespace
}  // namespace sampler::kernels::power_test

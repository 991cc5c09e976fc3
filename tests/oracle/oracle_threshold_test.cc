// The oracle's cutoffs, shapes and xtc on examples worked out by hand.

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/oracle/pipeline.h"
#include "tests/oracle/stage_examples.h"

namespace oracle {
namespace {

const double kLn2 = 0.693147180559945309;
const std::vector<double> kHalvings = {0, -kLn2, -2 * kLn2, -2 * kLn2};

TEST(OracleCutoffs, JudgeEveryWeight) {
  EXPECT_EQ(Kept(kHalvings, R"([{"type": "epsilon_cutoff", "epsilon": 0.25}])"),
            "1100");
  EXPECT_EQ(Kept({1, 1, 1}, R"([{"type": "epsilon_cutoff", "epsilon": 0.4}])"),
            "100");
  EXPECT_EQ(Kept({1, 1, 1}, R"([{"type": "epsilon_cutoff", "epsilon": 0.4,
                                 "min_keep": 2}])"),
            "110");
  // H = 7/4 ln 2, so eta = sqrt(epsilon) * 0.297.
  EXPECT_EQ(Kept(kHalvings, R"([{"type": "eta_cutoff", "epsilon": 0.2}])"),
            "1100");
  EXPECT_EQ(Kept(kHalvings, R"([{"type": "eta_cutoff", "epsilon": 0.17}])"),
            "1111");
  EXPECT_EQ(Kept(kHalvings, R"([{"type": "top_a", "a": 0.5}])"), "1111");
  EXPECT_EQ(Kept(kHalvings, R"([{"type": "top_a", "a": 0.51}])"), "1100");
  EXPECT_EQ(Kept({0, -90}, R"([{"type": "top_a", "a": 5e-324}])"), "10");
}

TEST(OraclePLess, ComparesWithTheCollisions) {
  // sum p^2 = 11/32; (4 * 11/32 - 1) / 3 = 1/8.
  EXPECT_EQ(Kept(kHalvings, R"([{"type": "p_less"}])"), "1000");
  EXPECT_EQ(Kept(kHalvings, R"([{"type": "p_less_norm"}])"), "1111");
  EXPECT_EQ(Kept({0, -kLn2, -2 * kLn2, -2 * kLn2, -kInfinity},
                 R"([{"type": "p_less_norm"}])"),
            "11000");
  EXPECT_EQ(Kept({3, 3, 3}, R"([{"type": "p_less"}])"), "111");
}

TEST(OracleTopNSigma, UsesTheFiniteLogits) {
  const std::vector<double> row = {4, 3, 2, 1, 0, -kInfinity};
  EXPECT_EQ(Kept(row, R"([{"type": "top_n_sigma", "n": 1.3}])"), "110000");
  EXPECT_EQ(
      Kept(row, R"([{"type": "top_n_sigma", "n": 1.3, "sigma": "sample"}])"),
      "111000");
  EXPECT_EQ(Kept({2, 2}, R"([{"type": "top_n_sigma", "n": 0.1}])"), "11");
}

TEST(OracleQuadratic, IsItsClosedForm) {
  const Result r = Process({2, 1, -2}, R"([{"type": "quadratic",
                                            "factor": 0.25, "curve": 2}])");
  EXPECT_EQ(Logit(r, 0), 2);
  EXPECT_EQ(Logit(r, 1), 1.75);
  EXPECT_EQ(Logit(r, 2), -8);
  EXPECT_EQ(Kept({0, -1e200}, R"([{"type": "quadratic", "factor": 1}])"), "10");
}

TEST(OracleDynamicTemperature, LiesBetweenLowAndHigh) {
  const std::string stages = R"([{"type": "dynamic_temperature", "low": 0.5,
                                  "high": 2}])";
  EXPECT_NEAR(Logit(Process({3, 3}, stages), 0), 1.5, 1e-14);
  EXPECT_EQ(Logit(Process({3, -90}, stages), 0), 6);
  EXPECT_EQ(Logit(Process({3, -kInfinity}, stages), 0), 3);
  EXPECT_NEAR(Logit(Process({4, 4, -90, -90}, stages), 0), 3.2, 1e-14);
}

TEST(OracleXtc, LeavesTheLastChoice) {
  const std::vector<double> row = Logs({.4, .3, .2, .1});
  EXPECT_EQ(Kept(row, R"([{"type": "xtc", "probability": 1,
                           "threshold": 0.15}])"),
            "0011");
  EXPECT_EQ(Kept(row, R"([{"type": "xtc", "probability": 1, "threshold": 0.15,
                           "protect": [1]}])"),
            "1111");
  EXPECT_EQ(Kept(row, R"([{"type": "xtc", "probability": 1, "threshold": 0.15,
                           "protect": [1], "protect_rule": "exempt"}])"),
            "0111");
  EXPECT_EQ(Kept({1, 1, 1}, R"([{"type": "xtc", "probability": 1}])"), "001");
  // In expectation: .5 * (.4, .3, .2, .1) + .5 * (0, 0, 2/3, 1/3).
  const Result r = Process(row, R"([{"type": "xtc", "probability": 0.5,
                                  "threshold": 0.15, "mode": "expected"}])");
  EXPECT_NEAR(r.Probability(0), .2, 1e-14);
  EXPECT_NEAR(r.Probability(2), .1 + 1. / 3, 1e-14);
  EXPECT_NEAR(r.Probability(3), .05 + 1. / 6, 1e-14);
}

}  // namespace
}  // namespace oracle

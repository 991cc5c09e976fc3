// The oracle's truncations on examples worked out by hand: the tables of the
// stage catalogue, and the edges of each rule. Probabilities at a boundary are
// dyadic, where no rounding can decide.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/oracle/pipeline.h"
#include "tests/oracle/stage_examples.h"

namespace oracle {
namespace {

TEST(OracleTopK, BreaksTiesByIdOrKeepsThemAll) {
  const std::vector<double> z = {2, 1, 1, 1, 0};
  EXPECT_EQ(Kept(z, R"([{"type": "top_k", "k": 2}])"), "11000");
  EXPECT_EQ(Kept(z, R"([{"type": "top_k", "k": 2, "ties": "keep_all"}])"),
            "11110");
  EXPECT_EQ(Kept(z, R"([{"type": "top_k", "k": 0}])"), "11111");
  EXPECT_EQ(Kept(z, R"([{"type": "top_k", "k": 9}])"), "11111");
}

TEST(OracleTopP, StopsOrGoesOnAtEquality) {
  const double ln2 = 0.693147180559945309;
  const std::vector<double> row = {0, -ln2, -2 * ln2, -2 * ln2};
  EXPECT_EQ(Kept(row, R"([{"type": "top_p", "p": 0.75}])"), "1100");
  EXPECT_EQ(
      Kept(row, R"([{"type": "top_p", "p": 0.75, "equality": "continue"}])"),
      "1110");
  // Excluding the crossing token, a mass of exactly p does not cross it.
  EXPECT_EQ(
      Kept(row, R"([{"type": "top_p", "p": 0.75, "crossing": "exclude"}])"),
      "1100");
  EXPECT_EQ(Kept(row, R"([{"type": "top_p", "p": 0.75, "crossing": "exclude",
                           "equality": "continue"}])"),
            "1100");
  EXPECT_EQ(Kept(row, R"([{"type": "top_p", "p": 0.25,
                           "crossing": "exclude"}])"),
            "1000");
}

TEST(OracleTopP, MeasuresSurvivingOrOriginalMass) {
  const std::vector<double> row = Logs({.4, .3, .2, .1});
  EXPECT_EQ(Kept(row, R"([{"type": "top_k", "k": 3},
                          {"type": "top_p", "p": 0.75}])"),
            "1100");
  EXPECT_EQ(Kept(row, R"([{"type": "top_k", "k": 3},
                          {"type": "top_p", "p": 0.75, "mass": "original"}])"),
            "1110");
  EXPECT_EQ(Kept(row, R"([{"type": "top_k", "k": 3},
                    {"type": "top_p", "p": 0.75, "crossing": "exclude"}])"),
            "1000");
  // Never reached: everything stays. A temperature does not change what the
  // original masses are; nor is a neutral stage the first truncation.
  EXPECT_EQ(Kept(row, R"([{"type": "top_k", "k": 2},
                          {"type": "temperature", "temperature": 0.1},
                          {"type": "top_p", "p": 0.75, "mass": "original"}])"),
            "1100");
  EXPECT_EQ(Kept(row, R"([{"type": "min_p", "p": 0},
                          {"type": "temperature", "temperature": 0.1},
                          {"type": "top_k", "k": 2},
                          {"type": "top_p", "p": 0.75, "mass": "original"}])"),
            "1000");
  // Without an earlier truncation the two are one.
  EXPECT_EQ(Kept(row, R"([{"type": "temperature", "temperature": 0.1},
                          {"type": "top_p", "p": 0.75, "mass": "original"}])"),
            "1000");
}

TEST(OracleTopP, OrdersTies) {
  const std::vector<double> row = Logs({.4, .2, .2, .2});
  EXPECT_EQ(Kept(row, R"([{"type": "top_p", "p": 0.55}])"), "1100");
  EXPECT_EQ(
      Kept(row, R"([{"type": "top_p", "p": 0.55, "tie_order": "high_id"}])"),
      "1001");
  EXPECT_EQ(Kept(row, R"([{"type": "top_p", "p": 0.55, "ties": "keep_all"}])"),
            "1111");
  EXPECT_EQ(Kept(row, R"([{"type": "top_p", "p": 0.1, "min_keep": 3,
                           "tie_order": "high_id"}])"),
            "1011");
  const std::vector<double> pair = Logs({.4, .4, .2});
  EXPECT_EQ(Kept(pair, R"([{"type": "top_p", "p": 0.3}])"), "100");
  EXPECT_EQ(
      Kept(pair, R"([{"type": "top_p", "p": 0.3, "tie_order": "high_id"}])"),
      "010");
  EXPECT_EQ(Kept(pair, R"([{"type": "top_p", "p": 0.3, "ties": "keep_all"}])"),
            "110");
}

TEST(OracleTopP, KeepsOneAtZeroAndAllAtOne) {
  const std::vector<double> row = {0, -50, -1, -kInfinity};
  EXPECT_EQ(Kept(row, R"([{"type": "top_p", "p": 0}])"), "1000");
  EXPECT_EQ(Kept(row, R"([{"type": "top_p", "p": 1}])"), "1110");
  // Just below 1 the mass is reached before the candidate of weight 0.
  EXPECT_EQ(Kept(row, R"([{"type": "top_p", "p": 0.9999999999999999}])"),
            "1010");
  EXPECT_EQ(Kept(row, R"([{"type": "top_p", "p": 0, "min_keep": 9}])"), "1110");
}

TEST(OracleMinP, ComparesLogits) {
  const std::vector<double> row = Logs({.5, .2, .15, .1, .05});
  EXPECT_EQ(Kept(row, R"([{"type": "top_p", "p": 0.8},
                          {"type": "min_p", "p": 0.25}])"),
            "11100");
  EXPECT_EQ(Kept(row, R"([{"type": "min_p", "p": 0.25},
                          {"type": "top_p", "p": 0.8}])"),
            "11000");
  EXPECT_EQ(Kept({1, 3, 3, 2}, R"([{"type": "min_p", "p": 1}])"), "0110");
  EXPECT_EQ(Kept({1, 3, 3, 2}, R"([{"type": "min_p", "p": 1,
                                    "min_keep": 3}])"),
            "0111");
  EXPECT_EQ(Kept({1, 3, -2000, 2}, R"([{"type": "min_p", "p": 0}])"), "1111");
}

TEST(OracleTypicalP, MayDropTheHead) {
  std::vector<double> row = {1, 3, 2.6, 2.4, 2.2, 0, -1};
  const std::string stages = R"([{"type": "typical_p", "p": 0.2}])";
  EXPECT_EQ(Kept(row, stages), "0011000");
  row.insert(row.end(), 3, -kInfinity);
  EXPECT_EQ(Kept(row, stages), "0011000000");
  // A gap that overflows has weight 0, and must not make the mean NaN.
  EXPECT_EQ(Kept({1e308, -1.7e308}, R"([{"type": "typical_p", "p": 0.5}])"),
            "10");
  EXPECT_EQ(Process({1e308, -1.7e308}, "[]").Entropy(), 0);
}

TEST(OracleTypicalP, ExtendsOverEqualKeys) {
  // Equal logits have equal keys; among them the total order decides.
  EXPECT_EQ(Kept({2, 2, 2, 0}, R"([{"type": "typical_p", "p": 0.1}])"), "1000");
  EXPECT_EQ(Kept({2, 2, 2, 0}, R"([{"type": "typical_p", "p": 0.1,
                                    "ties": "keep_all"}])"),
            "1110");
  EXPECT_EQ(Kept({2, 2, 2, 0}, R"([{"type": "typical_p", "p": 0.1,
                                    "min_keep": 2}])"),
            "1100");
  EXPECT_EQ(Kept({0, 0}, R"([{"type": "typical_p", "p": 0.5}])"), "10");
  EXPECT_EQ(Kept({0, 0}, R"([{"type": "typical_p", "p": 0.5,
                              "equality": "continue"}])"),
            "11");
}

}  // namespace
}  // namespace oracle

// Conformance of the stages that truncate: the tables by which their variants
// are told apart. Probabilities at a boundary are dyadic, decimal ones stay
// clear of it.

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/kernels/block.h"
#include "tests/support/pipelines.h"

namespace sampler::stages_truncation_test {
namespace {

using Row = std::vector<double>;

constexpr double kLn2 = 0.69314718055994530942;

// {"type": "top_p", "p": 0.5, ...}
std::string Stage(const std::string& type, const std::string& parameters) {
  return R"({"type": ")" + type + "\", " + parameters + "}";
}

// Logits whose weights are exact powers of two, so that masses meet fractions
// exactly: ln 2 times integers is good to an ulp, and so are the weights; the
// tests below assert it.
Row Halvings(const std::vector<int>& exponents) {
  Row row;
  for (const int e : exponents) row.push_back(-kLn2 * e);
  return row;
}

TEST(Halvings, WeighExactPowersOfTwo) {
  for (int e = 0; e < 8; ++e) {
    EXPECT_EQ(kernels::ComputeWeight(-kLn2 * e, 0.0), kLikeliestWeight >> e);
  }
}

// ---- top_k ------------------------------------------------------------------

TEST(TopK, KeepsTheFirstKOfTheTotalOrder) {
  const Row row = {2, 1, 1, 1, 0};
  EXPECT_EQ(Kept(row, Stage("top_k", R"("k": 2)")), "11000");
  EXPECT_EQ(Kept(row, Stage("top_k", R"("k": 2, "ties": "keep_all")")),
            "11110");
  EXPECT_EQ(Kept(row, Stage("top_k", R"("k": 1)")), "10000");
  EXPECT_EQ(Kept(row, Stage("top_k", R"("k": 1, "ties": "keep_all")")),
            "10000");
  EXPECT_EQ(Kept(row, Stage("top_k", R"("k": 4)")), "11110");
  EXPECT_EQ(Kept(row, Stage("top_k", R"("k": 5)")), "11111");
  EXPECT_EQ(Kept(row, Stage("top_k", R"("k": 6)")), "11111");
  EXPECT_EQ(Kept(row, Stage("top_k", R"("k": 0)")), "11111");
  EXPECT_EQ(Kept(row, Stage("top_k", R"("k": 9223372036854775807)")), "11111");
}

TEST(TopK, NeverKeepsWhatWasRemoved) {
  EXPECT_EQ(Kept({kGone, 1, kGone, -50, 0}, Stage("top_k", R"("k": 4)")),
            "01011");
}

TEST(TopK, CutsFarOutsideTheUsualRange) {
  EXPECT_EQ(
      Kept({-1e4, 1e4, 1e4 + 1, -1e30, 1e30}, Stage("top_k", R"("k": 3)")),
      "01101");
}

TEST(TopK, ResolvesNeighbouringDoubles) {
  Row row(200);
  double v = 1.0;
  for (double& logit : row) logit = v = std::nextafter(v, 2.0);
  std::string expected(200, '0');
  for (std::size_t i = 150; i < 200; ++i) expected[i] = '1';
  EXPECT_EQ(Kept(row, Stage("top_k", R"("k": 50)")), expected);
}

// ---- top_p ------------------------------------------------------------------

TEST(TopP, KeepsTheCrossingTokenAndStopsAtEquality) {
  const Row row = Halvings({1, 2, 3, 3});
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 0.75)")), "1100");
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 0.75, "equality": "continue")")),
            "1110");
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 0.7500000001)")), "1110");
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 0.5)")), "1000");
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 0.5, "equality": "continue")")),
            "1100");
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 0.75, "crossing": "exclude")")),
            "1100");
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 0.74, "crossing": "exclude")")),
            "1000");
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 0.4, "crossing": "exclude")")),
            "1000");
}

TEST(TopP, TakesEveryFraction) {
  const Row row = {3, 1, 2, -60, kGone};
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 0)")), "10000");
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 0, "equality": "continue")")),
            "10000");
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 0, "crossing": "exclude")")),
            "10000");
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 4.9e-324)")), "10000");
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 1e-310)")), "10000");
  // Just below 1: only what has no weight goes. At 1: nothing at all.
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 0.9999999999999999)")), "11100");
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 1)")), "11110");
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 1.0, "crossing": "exclude")")),
            "11110");
}

TEST(TopP, MeasuresTheSurvivingOrTheOriginalMass) {
  const Row row = Logs({.4, .3, .2, .1});
  const std::string top_3 = Stage("top_k", R"("k": 3)") + ",";
  EXPECT_EQ(Kept(row, top_3 + Stage("top_p", R"("p": 0.75)")), "1100");
  EXPECT_EQ(
      Kept(row, top_3 + Stage("top_p", R"("p": 0.75, "mass": "original")")),
      "1110");
  EXPECT_EQ(
      Kept(row, top_3 + Stage("top_p", R"("p": 0.75, "crossing": "exclude")")),
      "1000");
  // What the survivors cannot reach together keeps them all.
  EXPECT_EQ(Kept(row, Stage("top_k", R"("k": 2)") + "," +
                          Stage("top_p", R"("p": 0.9, "mass": "original")")),
            "1100");
}

TEST(TopP, KeepsOneTokenOfTheOriginalMassAtZero) {
  // Raised after the first truncation, the head had no weight before it.
  const Row row = {60, 0, 59, 58};
  EXPECT_EQ(Kept(row, Stage("top_k", R"("k": 4)") + "," +
                          Stage("logit_bias", R"("bias": {"1": 100})") + "," +
                          Stage("top_p", R"("p": 0, "mass": "original")")),
            "0100");
  EXPECT_EQ(Kept(row, Stage("top_k", R"("k": 4)") + "," +
                          Stage("logit_bias", R"("bias": {"1": 100})") + "," +
                          Stage("top_p", R"("p": 0.1, "mass": "original")")),
            "1100");
}

TEST(TopP, OrdersAndKeepsTies) {
  const Row row = Logs({.4, .2, .2, .2});
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 0.55)")), "1100");
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 0.55, "tie_order": "high_id")")),
            "1001");
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 0.55, "ties": "keep_all")")),
            "1111");
}

TEST(TopP, IsNotIdempotent) {
  const Row row = Logs({.4, .3, .2, .1});
  const std::string stage = Stage("top_p", R"("p": 0.6)");
  EXPECT_EQ(Kept(row, stage), "1100");
  EXPECT_EQ(Kept(row, stage + "," + Stage("top_p", R"("p": 0.55)")), "1000");
}

// ---- min_p ------------------------------------------------------------------

TEST(MinP, ComparesLogitsInclusively) {
  const double m = 5.0;
  const double edge = m + Log(0.25);
  const Row row = {m, edge, std::nextafter(edge, 0.0),
                   std::nextafter(edge, 10.0), kGone};
  EXPECT_EQ(Kept(row, Stage("min_p", R"("p": 0.25)")), "11010");
}

TEST(MinP, OfOneKeepsTheTiesAtTheMaximum) {
  EXPECT_EQ(
      Kept({2, 3, std::nextafter(3.0, 0.0), 3}, Stage("min_p", R"("p": 1)")),
      "0101");
}

TEST(MinP, OfNearlyZeroKeepsAlmostEverything) {
  EXPECT_EQ(Kept({0, -700, -800, kGone}, Stage("min_p", R"("p": 4.9e-324)")),
            "1100");
  EXPECT_EQ(Kept({0, -700, -800, kGone}, Stage("min_p", R"("p": 0)")), "1110");
}

// ---- typical_p --------------------------------------------------------------

TEST(TypicalP, MayDropTheLikeliestToken) {
  const std::string stage = Stage("typical_p", R"("p": 0.2)");
  EXPECT_EQ(Kept({1, 3, 2.6, 2.4, 2.2, 0, -1}, stage), "0011000");
  // Whatever masked or weightless entries are added.
  EXPECT_EQ(Kept({1, kGone, 3, 2.6, kGone, 2.4, 2.2, 0, -1}, stage),
            "000101000");
  EXPECT_EQ(Kept({1, 3, 2.6, 2.4, 2.2, 0, -1, -60, -1e5}, stage), "001100000");
}

TEST(TypicalP, RanksTiesByTheTotalOrder) {
  // Everything is equally typical.
  const Row row = {1, 1, 1, 1};
  EXPECT_EQ(Kept(row, Stage("typical_p", R"("p": 0.5)")), "1100");
  EXPECT_EQ(Kept(row, Stage("typical_p", R"("p": 0.5, "equality":
                                            "continue")")),
            "1110");
  EXPECT_EQ(Kept(row, Stage("typical_p", R"("p": 0.5, "ties": "keep_all")")),
            "1111");
  EXPECT_EQ(Kept(row, Stage("typical_p", R"("p": 1)")), "1111");
  EXPECT_EQ(Kept(row, Stage("typical_p", R"("p": 4.9e-324)")), "1000");
}

TEST(TypicalP, KeepsTokensWithoutWeightOnlyAtOne) {
  EXPECT_EQ(Kept({2, 1, -60}, Stage("typical_p", R"("p": 0.9999999999)")),
            "110");
  EXPECT_EQ(Kept({2, 1, -60}, Stage("typical_p", R"("p": 1)")), "111");
}

// ---- min_keep ---------------------------------------------------------------

TEST(MinKeep, FollowsTheStagesOwnRanking) {
  const Row row = {0, 3, -50, 2.5, kGone, 2.5};
  const struct {
    const char* type;
    const char* p;
    std::vector<const char*> kept;  // For min_keep = 1, 2, 3, 4, 5, 6.
  } cases[] = {
      {"top_p",
       "0.1",
       {"010000", "010100", "010101", "110101", "111101", "111101"}},
      {"min_p",
       "0.9",
       {"010000", "010100", "010101", "110101", "111101", "111101"}},
      // The mean logit is 2.62: nearest is 2.5, then 3.
      {"typical_p",
       "0.1",
       {"000100", "000101", "010101", "110101", "111101", "111101"}},
  };
  for (const auto& c : cases) {
    for (std::size_t i = 0; i < c.kept.size(); ++i) {
      EXPECT_EQ(
          Kept(row, Stage(c.type, absl::StrCat("\"p\": ", c.p,
                                               ", \"min_keep\": ", i + 1))),
          c.kept[i])
          << c.type << ", min_keep " << i + 1;
    }
    EXPECT_EQ(Kept(row, Stage(c.type, absl::StrCat("\"p\": ", c.p,
                                                   R"(, "min_keep":
                                                      9223372036854775807)"))),
              "111101");
  }
}

TEST(MinKeep, IsNoMaximum) {
  const Row row = {1, 1, 1, 1};
  EXPECT_EQ(Kept(row, Stage("min_p", R"("p": 1, "min_keep": 2)")), "1111");
  EXPECT_EQ(Kept(row, Stage("top_p", R"("p": 0.75, "min_keep": 2)")), "1110");
}

}  // namespace
}  // namespace sampler::stages_truncation_test

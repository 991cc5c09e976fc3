// Conformance of the truncations that compare every candidate with one
// threshold. Probabilities at a boundary are dyadic, decimal ones stay clear of
// it.

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/pipelines.h"
#include "tests/support/test_share.h"

namespace sampler::stages_threshold_test {
namespace {

using Row = std::vector<double>;

constexpr double kGone = -std::numeric_limits<double>::infinity();
constexpr double kLn2 = 0.69314718055994530942;

// Logits whose weights are exact powers of two (asserted in
// stages_truncation_test.cc).
Row Halvings(const std::vector<int>& exponents) {
  Row row;
  for (const int e : exponents) row.push_back(-kLn2 * e);
  return row;
}

std::string Stage(const std::string& type, const std::string& parameters) {
  return R"({"type": ")" + type + "\"" +
         (parameters.empty() ? "" : ", " + parameters) + "}";
}

std::int64_t Survivors(const Row& row, const std::string& stages) {
  const std::string kept = Kept(row, stages);
  return std::count(kept.begin(), kept.end(), '1');
}

Row RandomRow(std::mt19937_64& random) {
  Row row(1 + random() % 300);
  const double spread = static_cast<double>(1 + random() % 12);
  for (double& v : row) {
    v = spread * static_cast<double>(random() >> 11) * 0x1p-53;
    if (random() % 16 == 0) v = kGone;
  }
  row[random() % row.size()] = spread;
  return row;
}

// ---- epsilon_cutoff ---------------------------------------------------------

TEST(EpsilonCutoff, IncludesTheBoundary) {
  // 2^-1, ..., 2^-10, 2^-10: the last two lie on it.
  const Row row = Halvings({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10});
  EXPECT_EQ(Kept(row, Stage("epsilon_cutoff", R"("epsilon": 0.0009765625)")),
            "11111111111");
  EXPECT_EQ(Kept(row, Stage("epsilon_cutoff", R"("epsilon": 0.0009765626)")),
            "11111111100");
}

TEST(EpsilonCutoff, KeepsTheHeadWhereNothingQualifies) {
  EXPECT_EQ(Kept(Row(8, 1.5), Stage("epsilon_cutoff", R"("epsilon": 0.126)")),
            "10000000");
  EXPECT_EQ(Kept(Row(8, 1.5), Stage("epsilon_cutoff", R"("epsilon": 0.125)")),
            "11111111");
  // min_keep is exact: no ties are kept with it (Hugging Face keeps them).
  EXPECT_EQ(Kept(Row(8, 1.5),
                 Stage("epsilon_cutoff", R"("epsilon": 0.126, "min_keep": 3)")),
            "11100000");
}

TEST(EpsilonCutoff, SparesTheWeightlessOnlyAtZero) {
  const Row row = {0, -60, kGone};
  EXPECT_EQ(Kept(row, Stage("epsilon_cutoff", R"("epsilon": 0)")), "110");
  EXPECT_EQ(Kept(row, Stage("epsilon_cutoff", R"("epsilon": 4.9e-324)")),
            "100");
}

// ---- eta_cutoff -------------------------------------------------------------

TEST(EtaCutoff, IsEpsilonAtLowEntropy) {
  // H is 0.056: sqrt(epsilon) exp(-H) lies far above epsilon.
  const Row row = Logs({.99, .009, .001});
  EXPECT_EQ(Kept(row, Stage("eta_cutoff", R"("epsilon": 0.0011)")), "110");
  EXPECT_EQ(Kept(row, Stage("eta_cutoff", R"("epsilon": 0.0009)")), "111");
}

TEST(EtaCutoff, FallsWithTheEntropy) {
  // A flat row: eta = sqrt(epsilon) / N < 1 / N, where epsilon alone cuts.
  for (const std::size_t n : {3u, 1000u, 32'000u}) {
    EXPECT_EQ(Survivors(Row(n, 0.5), Stage("eta_cutoff", R"("epsilon": 0.9)")),
              static_cast<std::int64_t>(n));
    EXPECT_EQ(
        Survivors(Row(n, 0.5), Stage("epsilon_cutoff", R"("epsilon": 0.9)")),
        1);
  }
  // p = [1/2, 1/4, 1/8, 1/8], H = 1.213: sqrt(.2) exp(-H) = .1329 cuts where
  // sqrt(.2 exp(-H)) = .2438 would cut one more.
  const Row row = Halvings({1, 2, 3, 3});
  EXPECT_EQ(Kept(row, Stage("eta_cutoff", R"("epsilon": 0.2)")), "1100");
  EXPECT_EQ(Kept(row, Stage("eta_cutoff", R"("epsilon": 0.17)")), "1111");
  // The documentation's formula: sqrt(.17 exp(-H)) = .2248 > 1/8.
}

// ---- top_a ------------------------------------------------------------------

TEST(TopA, IncludesTheBoundary) {
  const Row row = Halvings({1, 2, 2});
  EXPECT_EQ(Kept(row, Stage("top_a", R"("a": 1)")), "111");
  // p_max = 1/2, threshold a / 4 with 1/8 at a = 1/2.
  const Row tail = Halvings({1, 2, 3, 4, 4});
  EXPECT_EQ(Kept(tail, Stage("top_a", R"("a": 0.5)")), "11100");
  EXPECT_EQ(Kept(tail, Stage("top_a", R"("a": 0.5000000000000001)")), "11000");
  EXPECT_EQ(Kept(tail, Stage("top_a", R"("a": 0.5, "min_keep": 4)")), "11110");
}

TEST(TopA, AlwaysKeepsTheHeadAndNeverTheWeightless) {
  EXPECT_EQ(Kept({3, -90, kGone}, Stage("top_a", R"("a": 1)")), "100");
  EXPECT_EQ(Kept({3, -90, kGone}, Stage("top_a", R"("a": 4.9e-324)")), "100");
  EXPECT_EQ(Kept({3, -90, kGone}, Stage("top_a", R"("a": 0)")), "110");
}

TEST(TopA, TendsToMinPAsTheHeadTendsToOne) {
  // p_max = 1 - 1e-4: a p_max^2 and a p_max differ by 1e-4 of themselves.
  const Row row = Logs({.9999, .00006, .00003, .00001});
  for (const char* x : {"0.00002", "0.00004", "0.00007"}) {
    EXPECT_EQ(Kept(row, Stage("top_a", std::string(R"("a": )") + x)),
              Kept(row, Stage("min_p", std::string(R"("p": )") + x)));
  }
}

// ---- top_n_sigma ------------------------------------------------------------

TEST(TopNSigma, CountsOnlyWhatIsThere) {
  // Mean 2, population variance 2, sample variance 2.5.
  const Row row = {4, 3, 2, 1, 0};
  EXPECT_EQ(Kept(row, Stage("top_n_sigma", R"("n": 1)")), "11000");
  EXPECT_EQ(Kept(row, Stage("top_n_sigma", R"("n": 1.5)")), "11100");
  // 1.3 * 1.414 = 1.838 and 1.3 * 1.581 = 2.055.
  EXPECT_EQ(Kept(row, Stage("top_n_sigma", R"("n": 1.3)")), "11000");
  EXPECT_EQ(Kept(row, Stage("top_n_sigma", R"("n": 1.3, "sigma": "sample")")),
            "11100");
  // Masked tokens are neither zeros nor -inf in the sum (elsewhere they were
  // one or the other).
  Row masked = row;
  masked.insert(masked.begin() + 2, 40, kGone);
  std::string expected = "11000";
  expected.insert(2, 40, '0');
  EXPECT_EQ(Kept(masked, Stage("top_n_sigma", R"("n": 1)")), expected);
}

TEST(TopNSigma, DoesNotMindNegativeLogits) {
  // A maximum that starts from 0 would keep nothing here.
  EXPECT_EQ(Kept({-96, -97, -98, -99, -100}, Stage("top_n_sigma", R"("n": 1)")),
            "11000");
}

TEST(TopNSigma, KeepsOneTwoAndEqualCandidates) {
  EXPECT_EQ(Kept({5, kGone}, Stage("top_n_sigma", R"("n": 0.1)")), "10");
  EXPECT_EQ(
      Kept({5, kGone}, Stage("top_n_sigma", R"("n": 0.1, "sigma": "sample")")),
      "10");
  EXPECT_EQ(Kept({2, 2, 2}, Stage("top_n_sigma", R"("n": 0.001)")), "111");
  // sigma is 1, or sqrt(2) as a sample.
  EXPECT_EQ(Kept({2, 0}, Stage("top_n_sigma", R"("n": 1.9)")), "10");
  EXPECT_EQ(
      Kept({2, 0}, Stage("top_n_sigma", R"("n": 1.9, "sigma": "sample")")),
      "11");
  // A sigma that overflows keeps all.
  EXPECT_EQ(Kept({1.7e308, -1.7e308, 0}, Stage("top_n_sigma", R"("n": 1)")),
            "111");
}

TEST(TopNSigma, IsNotIdempotent) {
  const Row row = {4, 3, 2, 1, 0, -1, -2, -3};
  const std::string stage = Stage("top_n_sigma", R"("n": 1)");
  EXPECT_NE(Kept(row, stage), Kept(row, stage + "," + stage));
}

// ---- p_less, p_less_norm ----------------------------------------------------

TEST(PLess, KeepsAFlatRowExactly) {
  for (const std::size_t n : {1u, 3u, 7u, 262'144u}) {
    for (const char* type : {"p_less", "p_less_norm"}) {
      EXPECT_EQ(Survivors(Row(n, -2.5), Stage(type, "")),
                static_cast<std::int64_t>(n));
    }
  }
}

TEST(PLess, ComparesWithTheCollisionProbability) {
  // sum p^2 = 1/4 + 1/16 + 1/64 + 1/64 = 11/32.
  EXPECT_EQ(Kept(Halvings({1, 2, 3, 3}), Stage("p_less", "")), "1000");
  EXPECT_EQ(Kept(Halvings({1, 2, 3, 3}), Stage("p_less", R"("min_keep": 2)")),
            "1100");
  // .3, .3, .2, .2: sum p^2 = .26.
  const Row row = Logs({.3, .2, .3, .2});
  EXPECT_EQ(Kept(row, Stage("p_less", "")), "1010");
  // Not idempotent in general: .5, .3, .2 sums to .38; .4, .35, .25 to .345,
  // and what is left, .533 and .467, to .502.
  const Row twice = Logs({.4, .35, .25});
  EXPECT_EQ(Kept(twice, Stage("p_less", "")), "110");
  EXPECT_EQ(Kept(twice, Stage("p_less", "") + "," + Stage("p_less", "")),
            "100");
  EXPECT_EQ(Kept({9, -90, kGone}, Stage("p_less", "")), "100");
}

TEST(PLessNorm, TakesOffTheCollisionsOfTheVocabulary) {
  // (4 * 11/32 - 1) / 3 = 1/8, inclusive.
  EXPECT_EQ(Kept(Halvings({1, 2, 3, 3}), Stage("p_less_norm", "")), "1111");
  // V counts removed tokens too: (5 * 11/32 - 1) / 4 = .1797.
  Row masked = Halvings({1, 2, 3, 3});
  masked.push_back(kGone);
  EXPECT_EQ(Kept(masked, Stage("p_less_norm", "")), "11000");
  EXPECT_EQ(Kept({1}, Stage("p_less_norm", "")), "1");
}

TEST(PLessNorm, KeepsWhatPLessKeeps) {
  std::mt19937_64 random(1);
  int more = 0;
  for (int round = 0; round < Share(300); ++round) {
    const Row row = RandomRow(random);
    const std::string less = Kept(row, Stage("p_less", ""));
    const std::string norm = Kept(row, Stage("p_less_norm", ""));
    for (std::size_t i = 0; i < row.size(); ++i) {
      ASSERT_LE(less[i], norm[i]);
    }
    more += less != norm ? 1 : 0;
  }
  EXPECT_GT(more, 0);
}

// ---- Laws of all ------------------------------------------------------------

TEST(Thresholds, KeepAPrefixOfTheTotalOrder) {
  std::mt19937_64 random(2);
  for (const std::string& stage :
       {Stage("epsilon_cutoff", R"("epsilon": 0.01)"),
        Stage("eta_cutoff", R"("epsilon": 0.02)"),
        Stage("top_a", R"("a": 0.7)"), Stage("top_n_sigma", R"("n": 1)"),
        Stage("p_less", ""), Stage("p_less_norm", "")}) {
    for (int round = 0; round < Share(100); ++round) {
      const Row row = RandomRow(random);
      const std::string kept = Kept(row, stage);
      const auto n = std::count(kept.begin(), kept.end(), '1');
      ASSERT_GE(n, 1);
      ASSERT_EQ(kept, Kept(row, Stage("top_k", R"("k": )" + std::to_string(n))))
          << stage;
    }
  }
}

TEST(Thresholds, HonourMinKeep) {
  const Row row = {0, 3, -50, 2.5, kGone, 2.5};
  for (const std::string stage :
       {R"("type": "epsilon_cutoff", "epsilon": 0.9)",
        R"("type": "eta_cutoff", "epsilon": 0.999)",
        R"("type": "top_a", "a": 1)", R"("type": "top_n_sigma", "n": 1e-9)",
        R"("type": "p_less")"}) {
    const char* expected[] = {"", "", "", "", "110101", "111101", "111101"};
    for (const std::size_t n : {4u, 5u, 6u}) {
      EXPECT_EQ(Kept(row, "{" + stage + R"(, "min_keep": )" +
                              std::to_string(n) + "}"),
                expected[n])
          << stage;
    }
  }
}

}  // namespace
}  // namespace sampler::stages_threshold_test

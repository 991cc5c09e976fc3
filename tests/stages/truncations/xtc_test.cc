// Conformance of xtc; its coin is xtc_coin_test.cc's.

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/pipelines.h"
#include "tests/support/test_share.h"

namespace sampler::xtc_test {
namespace {

using Row = std::vector<double>;

constexpr double kGone = -std::numeric_limits<double>::infinity();

std::string Xtc(const std::string& probability, const std::string& more = "") {
  return absl::StrCat(R"({"type": "xtc", "probability": )", probability,
                      more.empty() ? "" : ", ", more, "}");
}

std::string Certain(const std::string& more = "") { return Xtc("1", more); }

TEST(Xtc, RemovesAllChoicesButTheLast) {
  const Row row = Logs({.05, .4, .14, .3, .11});
  EXPECT_EQ(Kept(row, Certain()), "10001");
  EXPECT_EQ(Kept(row, Certain(R"("threshold": 0.12)")), "10101");
  EXPECT_EQ(Kept(row, Certain(R"("threshold": 0.35)")), "11111");
  EXPECT_EQ(Kept(row, Certain(R"("threshold": 0.45)")), "11111");
  EXPECT_EQ(Kept(row, Xtc("0")), "11111");
}

TEST(Xtc, IncludesTheBoundary) {
  // Probabilities 1/4 exactly: all are choices, and the highest id is the last.
  EXPECT_EQ(Kept({7, 7, 7, 7}, Certain(R"("threshold": 0.25)")), "0001");
  EXPECT_EQ(Kept({7, 7, 7, 7}, Certain(R"("threshold": 0.2500000001)")),
            "1111");
  EXPECT_EQ(Kept({7, 7}, Certain(R"("threshold": 0.5)")), "01");
  EXPECT_EQ(Kept({7, 7}, Certain(R"("threshold": 0.500000001)")), "11");
}

TEST(Xtc, AtThresholdZeroLeavesTheLastCandidate) {
  EXPECT_EQ(Kept({1, 3, -90, kGone, 2}, Certain(R"("threshold": 0)")), "00100");
}

TEST(Xtc, DoesNothingToASingleCandidate) {
  EXPECT_EQ(Kept({kGone, 2}, Certain(R"("threshold": 0)")), "01");
  EXPECT_EQ(Kept({1, 3, 2}, R"({"type": "temperature", "temperature": 0},)" +
                                Certain(R"("threshold": 0)")),
            "010");
}

TEST(Xtc, DoesNothingWhereTooFewWouldRemain) {
  const Row row = Logs({.4, .3, .2, .1});
  const auto with = [](int min_keep) {
    return Certain(
        absl::StrCat(R"("threshold": 0.15, "min_keep": )", min_keep));
  };
  EXPECT_EQ(Kept(row, with(2)), "0011");
  EXPECT_EQ(Kept(row, with(3)), "1111");
}

// llama.cpp may remove an end of text or a newline.
TEST(Xtc, SparesProtectedTokens) {
  const Row row = Logs({.4, .3, .2, .1});
  const std::string threshold = R"("threshold": 0.15, )";
  EXPECT_EQ(Kept(row, Certain(threshold + R"("protect": [1])")), "1111");
  // The last choice is not among the removed, nor is a token that is none.
  EXPECT_EQ(Kept(row, Certain(threshold + R"("protect": [2, 3])")), "0011");
  const std::string exempt = threshold + R"("protect_rule": "exempt", )";
  EXPECT_EQ(Kept(row, Certain(exempt + R"("protect": [1])")), "0111");
  EXPECT_EQ(Kept(row, Certain(exempt + R"("protect": [2])")), "0111");
  EXPECT_EQ(Kept(row, Certain(exempt + R"("protect": [0, 1])")), "1111");
}

// MLX-LM: the mask of what goes is taken back where a protected token stands.
TEST(Xtc, MaySpareProtectedTokensAlone) {
  const Row row = Logs({.4, .3, .2, .1});
  const std::string spare = R"("threshold": 0.15, "protect_rule": "spare", )";
  EXPECT_EQ(Kept(row, Certain(spare + R"("protect": [1])")), "0111");
  EXPECT_EQ(Kept(row, Certain(spare + R"("protect": [2])")), "0011");
  EXPECT_EQ(Kept(row, Certain(spare + R"("protect": [3])")), "0011");
  EXPECT_EQ(Kept(row, Certain(spare + R"("protect": [0])")), "1011");
  EXPECT_EQ(Kept(row, Certain(spare + R"("protect": [0, 1])")), "1111");
  // What it counts are those that go.
  EXPECT_EQ(Kept(row, Certain(spare + R"("protect": [1], "min_keep": 3)")),
            "0111");
  EXPECT_EQ(Kept(row, Certain(spare + R"("protect": [1], "min_keep": 4)")),
            "1111");
}

TEST(Xtc, LeavesASuffixOfTheTotalOrder) {
  std::mt19937_64 random(1);
  for (int round = 0; round < Share(200); ++round) {
    Row row(1 + random() % 300);
    for (double& v : row) v = static_cast<double>(random() % 512) / 128.0;
    const std::string kept = Kept(row, Certain(R"("threshold": 0.004)"));
    for (std::size_t i = 0; i < row.size(); ++i) {
      for (std::size_t j = 0; j < row.size(); ++j) {
        // i before j in the total order, and i kept: j is kept.
        const bool before = row[i] > row[j] || (row[i] == row[j] && i < j);
        ASSERT_FALSE(before && kept[i] == '1' && kept[j] == '0');
      }
    }
  }
}

// ---- Mode "expected" --------------------------------------------------------

std::vector<double> Probabilities(const Row& row, const std::string& stages) {
  const auto size = static_cast<std::int64_t>(row.size());
  const Pipeline pipeline = MakePipeline(stages, size);
  Workspace workspace;
  const Sequence sequence = MakeSequence(size);
  const Distribution d =
      pipeline.Process(absl::Span<const double>(row), sequence, workspace);
  EXPECT_EQ(d.status(), RowStatus::kOk);
  std::vector<double> p;
  for (TokenId id = 0; id < size; ++id) p.push_back(d.Probability(id));
  return p;
}

TEST(XtcExpected, IsTheMeanOfBothOutcomes) {
  std::mt19937_64 random(2);
  for (const double chance : {0.1, 0.5, 0.9, 1.0}) {
    for (const char* more :
         {R"("threshold": 0.02)", R"("threshold": 0.02, "protect": [0, 3],
                                     "protect_rule": "exempt")",
          R"("threshold": 0.02, "protect": [0, 1, 3],
             "protect_rule": "spare")"}) {
      for (int round = 0; round < Share(30); ++round) {
        Row row(4 + random() % 60);
        for (double& v : row) v = static_cast<double>(random() % 512) / 128.0;
        const auto fired = Probabilities(row, Certain(more));
        const auto untouched = Probabilities(row, "");
        const auto expected = Probabilities(
            row, Xtc(absl::StrCat(chance),
                     absl::StrCat(more, R"(, "mode": "expected")")));
        for (std::size_t i = 0; i < row.size(); ++i) {
          ASSERT_NEAR(expected[i],
                      chance * fired[i] + (1 - chance) * untouched[i], 1e-14);
        }
      }
    }
  }
}

TEST(XtcExpected, DoesNothingWhereTheRandomModeWouldNot) {
  const Row row = Logs({.4, .3, .2, .1});
  for (const char* more :
       {R"("threshold": 0.35)", R"("threshold": 0.15, "min_keep": 3)",
        R"("threshold": 0.15, "protect": [0])"}) {
    EXPECT_EQ(RunStages(row, Xtc("0.5",
                                 absl::StrCat(more, R"(, "mode": "expected")")))
                  .logits,
              row)
        << more;
  }
  // The others have no mass that could be scaled.
  const Row sure = {3, -90};
  EXPECT_EQ(RunStages(sure, Xtc("0.5", R"("threshold": 0, "mode": "expected")"))
                .logits,
            sure);
}

}  // namespace
}  // namespace sampler::xtc_test

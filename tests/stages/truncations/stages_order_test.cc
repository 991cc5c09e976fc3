// Conformance of the stages that walk the total order: top_h, min_k, tail_free
// and skew. Decimal probabilities stay clear of every boundary.

#include <algorithm>
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

namespace sampler::stages_order_test {
namespace {

using Row = std::vector<double>;

constexpr double kGone = -std::numeric_limits<double>::infinity();
constexpr double kLn2 = 0.69314718055994530942;

std::string Stage(const std::string& type, const std::string& parameters) {
  return R"({"type": ")" + type + "\", " + parameters + "}";
}

std::int64_t CountKept(const Row& row, const std::string& stages) {
  const std::string kept = Kept(row, stages);
  return std::count(kept.begin(), kept.end(), '1');
}

// ---- top_h ------------------------------------------------------------------

std::string TopHStage(const std::string& parameters) {
  return Stage("top_h", parameters);
}

TEST(TopH, KeepsAShareOfAUniformRow) {
  EXPECT_EQ(CountKept(Row(100, 1.5), TopHStage(R"("alpha": 0.405)")), 40);
  // At the boundary: 40 terms are 0.4 of 100.
  EXPECT_EQ(CountKept(Row(100, 1.5), TopHStage(R"("alpha": 0.4)")), 40);
  EXPECT_EQ(CountKept(Row(100, 1.5), TopHStage(R"("alpha": 0.001)")), 1);
}

TEST(TopH, KeepsTheHeadOfAOneHotRow) {
  EXPECT_EQ(Kept({0, 60, 0, 0}, TopHStage(R"("alpha": 1)")), "0100");
  EXPECT_EQ(Kept({kGone, 3, kGone}, TopHStage(R"("alpha": 0.4)")), "010");
}

TEST(TopH, KeepsThePoolAtOneAndNoMore) {
  // Rounding of the last sum must not drop the end of the pool.
  std::mt19937_64 random(1);
  for (int round = 0; round < Share(200); ++round) {
    Row row(1 + random() % 150);
    for (double& v : row) v = static_cast<double>(random() % 1000) / 100.0;
    const auto size = static_cast<std::int64_t>(row.size());
    for (const char* variant : {"partial", "raw"}) {
      ASSERT_EQ(
          CountKept(row, TopHStage(absl::StrCat(R"("alpha": 1, "variant": ")",
                                                variant, "\""))),
          std::min<std::int64_t>(100, size));
      ASSERT_EQ(CountKept(row, TopHStage(absl::StrCat(
                                   R"("alpha": 1, "pool": null, "variant": ")",
                                   variant, "\""))),
                size);
    }
    ASSERT_EQ(CountKept(row, TopHStage(R"("alpha": 1, "pool": null,
                                          "variant": "renormalized")")),
              size);
  }
}

TEST(TopH, EndsAtACandidateWithoutWeight) {
  EXPECT_EQ(Kept({0, 0, -40, -40}, TopHStage(R"("alpha": 1)")), "1100");
  EXPECT_EQ(Kept({0, 0, -40, -40}, TopHStage(R"("alpha": 1, "min_keep": 3)")),
            "1110");
}

TEST(TopH, ReadmitsWithinThePool) {
  const Row row = {5, 4, 3, 2, 1};
  EXPECT_EQ(Kept(row, TopHStage(R"("alpha": 0.01, "min_keep": 3)")), "11100");
  EXPECT_EQ(Kept(row, TopHStage(R"("alpha": 0.01, "min_keep": 9)")), "11111");
  EXPECT_EQ(Kept(row, TopHStage(R"("alpha": 0.01, "min_keep": 9, "pool": 2)")),
            "11000");
}

TEST(TopH, TellsItsVariantsApartWhereThePoolIsNotAll) {
  // Pool .35 .05 .05 .05. Terms -p ln p: .367 .150 .150 .150, sum .817; of
  // q = p / .5: .250 .230 .230 .230, sum .940. Running entropies of the kept
  // among themselves stay below .6 H(p) = 1.44 to
  // the end of the pool, and start with 0 and .377.
  const Row row = Logs({.35, .05, .05, .05, .05, .05, .04, .04, .04, .04, .04,
                        .04, .04, .04, .04, .04});
  const auto kept = [&](const std::string& alpha, const std::string& variant) {
    return CountKept(row, TopHStage(R"("pool": 4, "alpha": )" + alpha +
                                    R"(, "variant": ")" + variant + "\""));
  };
  EXPECT_EQ(kept("0.6", "partial"), 2);
  EXPECT_EQ(kept("0.6", "raw"), 1);
  EXPECT_EQ(kept("0.6", "renormalized"), 4);
  EXPECT_EQ(kept("0.8", "partial"), 3);
  EXPECT_EQ(kept("0.8", "raw"), 2);
  EXPECT_EQ(kept("0.1", "renormalized"), 1);
}

// ---- min_k ------------------------------------------------------------------

TEST(MinK, CutsAtTheSteepestGapPerRank) {
  // Gaps 1, 4/2, 1/3, 8/4 by rank: the first of equals wins.
  EXPECT_EQ(Kept({14, 13, 9, 8, 0}, Stage("min_k", R"("tau": 0)")), "11000");
  EXPECT_EQ(Kept({14, 13, 9, 8, -1}, Stage("min_k", R"("tau": 0)")), "11110");
  EXPECT_EQ(Kept({3}, Stage("min_k", R"("tau": 0)")), "1");
}

TEST(MinK, MeasuresFiniteLogitsOnly) {
  // A range of +inf would flatten every gap to 0.
  EXPECT_EQ(Kept({kGone, 14, 13, 9, 8, kGone}, Stage("min_k", R"("tau": 0)")),
            "011000");
}

TEST(MinK, KeepsManyWhereTheRowIsFlat) {
  const Row flat(50, -2.0);
  EXPECT_EQ(CountKept(flat, Stage("min_k", R"("tau": 0)")), 1);
  EXPECT_EQ(CountKept(flat, R"({"type": "min_k"})"), 50);
  // R = 0.49: floor(3 / 0.49) = 6.
  Row nearly(50);
  for (std::size_t i = 0; i < 50; ++i)
    nearly[i] = -0.01 * static_cast<double>(i);
  EXPECT_EQ(CountKept(nearly, R"({"type": "min_k"})"), 6);
  EXPECT_EQ(CountKept(nearly, Stage("min_k", R"("tau": 1e300)")), 50);
  EXPECT_EQ(CountKept(nearly, Stage("min_k", R"("min_keep": 9)")), 9);
  EXPECT_EQ(CountKept(nearly, Stage("min_k", R"("min_keep": 99)")), 50);
}

TEST(MinK, FindsACliffFarDown) {
  // Deeper than its first looks at the order.
  for (const std::size_t depth : {255u, 256u, 257u, 4096u, 5000u, 65'537u}) {
    Row row(70'000, 0.0);
    std::fill(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(depth), 1);
    EXPECT_EQ(CountKept(row, Stage("min_k", R"("tau": 0)")),
              static_cast<std::int64_t>(depth));
  }
}

TEST(MinK, HasACliffThatTemperatureDoesNotMove) {
  std::mt19937_64 random(2);
  const std::string cut = Stage("min_k", R"("tau": 0)");
  for (int round = 0; round < Share(200); ++round) {
    Row row(2 + random() % 300);
    for (double& v : row) v = static_cast<double>(random() % 100'000) / 1000.0;
    const std::string kept = Kept(row, cut);
    for (const std::string t : {"0.25", "0.5", "4"}) {
      ASSERT_EQ(
          Kept(row, Stage("temperature", R"("temperature": )" + t) + "," + cut),
          kept);
    }
  }
  // The other term does depend on it.
  const Row row = {1, 0.9, 0.8, 0.7, 0.6, 0.5};
  EXPECT_EQ(Kept(row, Stage("min_k", R"("tau": 1.6)")), "111000");
  EXPECT_EQ(Kept(row, Stage("temperature", R"("temperature": 0.1)") + "," +
                          Stage("min_k", R"("tau": 1.6)")),
            "100000");
}

// ---- tail_free --------------------------------------------------------------

TEST(TailFree, CutsAGeometricDecayByItsSecondDifferences) {
  // Weights 16 8 4 2 1: d = 4 2 1.
  const Row row = {0, -kLn2, -2 * kLn2, -3 * kLn2, -4 * kLn2};
  const auto kept = [&](const std::string& parameters) {
    return Kept(row, Stage("tail_free", parameters));
  };
  EXPECT_EQ(kept(R"("z": 0.5)"), "10000");
  EXPECT_EQ(kept(R"("z": 0.6)"), "10000");
  EXPECT_EQ(kept(R"("z": 0.9)"), "11000");
  EXPECT_EQ(kept(R"("z": 0)"), "10000");
  EXPECT_EQ(kept(R"("z": 1)"), "11111");
  EXPECT_EQ(kept(R"("z": 0.5, "offset": 1)"), "10000");
  EXPECT_EQ(kept(R"("z": 0.6, "offset": 1)"), "11000");
  EXPECT_EQ(kept(R"("z": 0.9, "offset": 1)"), "11100");
  EXPECT_EQ(kept(R"("z": 0.5, "min_keep": 2)"), "11000");
  EXPECT_EQ(kept(R"("z": 0.5, "min_keep": 2, "offset": 1)"), "11000");
  EXPECT_EQ(kept(R"("z": 0.5, "min_keep": 3)"), "11111");
}

TEST(TailFree, CountsRanksWhereNothingBends) {
  // Eight places, all alike.
  const Row flat(10, 0.5);
  EXPECT_EQ(CountKept(flat, Stage("tail_free", R"("z": 0.5)")), 4);
  EXPECT_EQ(CountKept(flat, Stage("tail_free", R"("z": 0.5, "offset": 1)")), 5);
  EXPECT_EQ(CountKept(flat, Stage("tail_free", R"("z": 0.99)")), 7);
  EXPECT_EQ(CountKept(flat, Stage("tail_free", R"("z": 0.99, "offset": 1)")),
            8);
  // A linear decay: second differences are rounding alone.
  const Row linear = Logs({.25, .2, .15, .125, .1, .075, .05, .05});
  EXPECT_GT(CountKept(linear, Stage("tail_free", R"("z": 0.5)")), 1);
  EXPECT_EQ(CountKept(Logs({.4, .3, .2, .1}),
                      Stage("tail_free", R"("z": 0.75, "offset": 1)")),
            2);
}

TEST(TailFree, LeavesTwoCandidatesAlone) {
  EXPECT_EQ(Kept({9, 0}, Stage("tail_free", R"("z": 0)")), "11");
  EXPECT_EQ(Kept({9, kGone, -900}, Stage("tail_free", R"("z": 0)")), "101");
}

TEST(TailFree, CountsCandidatesWithoutWeight) {
  // Weights 1 1 0 0 0: d = 1 1 0.
  const Row row = {0, 0, -50, -60, -70};
  EXPECT_EQ(Kept(row, Stage("tail_free", R"("z": 0.25)")), "10000");
  EXPECT_EQ(Kept(row, Stage("tail_free", R"("z": 0.75, "offset": 1)")),
            "11000");
}

// ---- skew -------------------------------------------------------------------

std::vector<double> ProbabilitiesAfter(const Row& row,
                                       const std::string& stages) {
  const auto size = static_cast<std::int64_t>(row.size());
  const Pipeline pipeline = MakePipeline(stages, size);
  Workspace workspace;
  const Distribution d = pipeline.Process(absl::Span<const double>(row),
                                          MakeSequence(size), workspace);
  std::vector<double> p;
  for (std::int32_t id = 0; id < size; ++id) p.push_back(d.Probability(id));
  return p;
}

TEST(Skew, HasItsClosedForm) {
  const Row row = Logs({.1, .5, .15, .25});
  const double running[] = {.5, .75, .9, 1};
  const std::size_t ids[] = {1, 3, 2, 0};
  for (const double skew : {-2.0, -0.5, 0.3, 1.0, 2.5}) {
    const std::vector<double> q = ProbabilitiesAfter(
        row, Stage("skew", absl::StrCat(R"("skew": )", skew)));
    double before = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const double after = std::pow(running[i], std::exp(skew));
      EXPECT_NEAR(q[ids[i]], after - before, 1e-14) << skew;
      before = after;
    }
  }
}

TEST(Skew, GoesToTheEndsAtItsExtremes) {
  const Row row = {1, 3, 2, -60};
  EXPECT_EQ(Kept(row, Stage("skew", R"("skew": -1000)")), "0100");
  // The last candidate that has weight at all.
  EXPECT_EQ(Kept(row, Stage("skew", R"("skew": 1000)")), "1000");
}

TEST(Skew, IsUndoneByItsOpposite) {
  // Where the ranks have stayed.
  const Row row = Logs({.5, .3, .15, .05});
  const std::vector<double> p = ProbabilitiesAfter(
      row, R"({"type": "skew", "skew": -0.7}, {"type": "skew", "skew": 0.7})");
  const double want[] = {.5, .3, .15, .05};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(p[i], want[i], 1e-14);
}

TEST(Skew, MovesRanksAndAWholeVocabulary) {
  // Flat rows: C_i = (i+1)/V, so that b = 2 makes the last the likeliest.
  const Row flat(100'000, 0.0);
  const std::vector<double> q = ProbabilitiesAfter(
      flat, R"({"type": "skew", "skew": 0.69314718055994530942})");
  EXPECT_NEAR(q[0], 1e-10, 1e-14);
  EXPECT_NEAR(q[99'999], 2e-5, 1e-9);
  EXPECT_EQ(
      Kept({3, 2, 1}, R"({"type": "skew", "skew": 1}, {"type": "greedy"})"),
      "010");
}

TEST(Skew, IsTheLawOfDraws) {
  const Row row = Logs({.1, .5, .15, .25});
  const Pipeline pipeline = MakePipeline(R"({"type": "skew", "skew": 0.8})", 4);
  Workspace workspace;
  std::vector<double> q = ProbabilitiesAfter(row, R"({"type": "skew",
                                                      "skew": 0.8})");
  std::vector<std::int64_t> seen(4, 0);
  const int draws = 20'000;
  for (int i = 0; i < draws; ++i) {
    const Sequence s = MakeSequence(4, {}, {}, static_cast<std::uint64_t>(i));
    ++seen[static_cast<std::size_t>(
        pipeline.Sample(absl::Span<const double>(row), s, workspace).id)];
  }
  // Five standard deviations.
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(static_cast<double>(seen[i]), draws * q[i],
                5 * std::sqrt(draws * q[i] * (1 - q[i])));
  }
}

}  // namespace
}  // namespace sampler::stages_order_test

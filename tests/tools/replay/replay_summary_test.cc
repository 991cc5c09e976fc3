#include <cmath>

#include "gtest/gtest.h"
#include "tools/replay/summary.h"

namespace sampler::tools {
namespace {

RowResult MakeRow(std::int64_t kept, double target_logprob,
                  double target_raw_logprob, bool same = false) {
  RowResult row;
  row.token = 1;
  row.target = same ? 1 : 2;
  row.kept = kept;
  row.kept_mass = 0.5;
  row.entropy_raw = 2;
  row.entropy = 1;
  row.target_logprob = target_logprob;
  row.target_raw_logprob = target_raw_logprob;
  return row;
}

TEST(ReplaySummaryTest, CoverageCountsLoggedTokensThatCanBeDrawn) {
  ReplaySummary summary;
  summary.Add(MakeRow(2, -0.5, -1));
  summary.Add(MakeRow(2, -INFINITY, -3));  // Kept, but of weight 0.
  summary.Add(MakeRow(2, -1.5, -2, /*same=*/true));
  summary.Add(MakeRow(2, -INFINITY, -2));
  EXPECT_EQ(summary.scored(), 4);
  EXPECT_EQ(summary.coverage(), 0.5);
  EXPECT_EQ(summary.nll(), 1.0);
  EXPECT_EQ(summary.nll_raw(), 2.0);
  EXPECT_EQ(summary.nll_raw_covered(), 1.5);  // Of the first and the third.
  EXPECT_EQ(summary.same(), 0.25);
}

TEST(ReplaySummaryTest, AnImpossibleTokenMakesTheRawPerplexityInfinite) {
  ReplaySummary summary;
  summary.Add(MakeRow(2, -0.5, -1));
  summary.Add(MakeRow(2, -0.5, -INFINITY));
  EXPECT_EQ(summary.raw_impossible(), 1);
  EXPECT_EQ(summary.nll_raw(), INFINITY);
}

TEST(ReplaySummaryTest, QuantilesAreCountsThatOccurred) {
  ReplaySummary summary;
  for (const std::int64_t kept : {9, 1, 3, 1, 40, 5, 2, 8, 7, 6}) {
    summary.Add(MakeRow(kept, -1, -1));
  }
  EXPECT_EQ(summary.kept_quantile(0.5), 5);
  EXPECT_EQ(summary.kept_quantile(0.9), 9);
  EXPECT_EQ(summary.kept_quantile(1), 40);
  EXPECT_EQ(summary.kept_single(), 0.2);
  EXPECT_EQ(summary.kept_mean(), 8.2);
}

TEST(ReplaySummaryTest, BadRowsAreCountedAndNothingElse) {
  ReplaySummary summary;
  RowResult bad;
  bad.status = RowStatus::kNan;
  bad.target = 2;
  summary.Add(bad);
  EXPECT_EQ(summary.rows(), 1);
  EXPECT_EQ(summary.rows_with(RowStatus::kNan), 1);
  EXPECT_EQ(summary.scored(), 0);
  EXPECT_TRUE(std::isnan(summary.coverage()));
  EXPECT_TRUE(std::isnan(summary.nll()));
  EXPECT_TRUE(std::isnan(summary.kept_mean()));
  summary.Add(MakeRow(1, -1, -1));
  EXPECT_EQ(summary.coverage(), 1.0);
}

TEST(ReplaySummaryTest, DivergenceIsTheFirstOfEachSequence) {
  ReplaySummary summary;
  const auto add = [&](std::int64_t row, std::int64_t sequence, bool same) {
    RowResult result = MakeRow(1, -1, -1, same);
    result.place = {row, sequence, row};
    summary.Add(result);
  };
  add(0, 0, true);
  add(1, 0, false);
  add(2, 0, false);
  add(3, 1, true);
  add(4, 2, false);
  ASSERT_EQ(summary.divergences().size(), 2u);
  EXPECT_EQ(summary.divergences()[0].row, 1);
  EXPECT_EQ(summary.divergences()[1].row, 4);
}

}  // namespace
}  // namespace sampler::tools

// Tokens summed up, against sums by hand.

#include <cmath>
#include <limits>
#include <memory>

#include "gtest/gtest.h"
#include "tools/verify/summary.h"

namespace sampler::tools::verify_summary_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::shared_ptr<TokenCheck> Match(TokenId token, double prob) {
  auto check = std::make_shared<TokenCheck>();
  check->claimed = check->replayed = token;
  check->exact_match = true;
  check->prob = prob;
  check->margin = 0.0;
  check->logit_rank = 0.0;
  check->gumbel_rank = 0.0;
  return check;
}

std::shared_ptr<TokenCheck> Other(TokenId claimed, TokenId replayed,
                                  double margin) {
  auto check = Match(claimed, 0.25);
  check->replayed = replayed;
  check->exact_match = false;
  check->margin = margin;
  check->removed = std::isinf(margin);
  check->logit_rank = 3.0;
  check->gumbel_rank = std::isinf(margin) ? kInfinity : 2.0;
  return check;
}

TEST(VerifySummary, HasTheAveragesOfTokenDifr) {
  VerifySummary summary(/*margin_tol=*/0.1, /*kept=*/2);
  summary.Add({0, 0, 0}, Match(4, 0.5));
  summary.Add({1, 0, 1}, nullptr);
  summary.Add({2, 0, 2}, Other(1, 2, 0.05));
  auto tied = Other(3, 5, 0.7);
  tied->ties = 1;
  summary.Add({3, 0, 3}, tied);
  summary.Add({4, 1, 0}, Other(7, 8, kInfinity));
  auto unknown = Other(7, 8, TokenCheck::kAbsent);
  unknown->match_basis = Basis::kUnknowable;
  unknown->prob_basis = Basis::kBounded;
  summary.Add({5, 1, 1}, unknown);
  EXPECT_EQ(summary.rows(), 6);
  EXPECT_EQ(summary.skipped(), 1);
  EXPECT_EQ(summary.total_tokens(), 4);
  EXPECT_EQ(summary.mismatches(), 3);
  EXPECT_EQ(summary.exact_match_rate(), 0.25);
  EXPECT_EQ(summary.infinite_margin_rate(), 0.25);
  EXPECT_EQ(summary.impossible_count(), 1);
  EXPECT_EQ(summary.borderline_count(), 1);
  EXPECT_EQ(summary.tie_count(), 1);
  EXPECT_EQ(summary.tied_mismatches(), 1);
  EXPECT_NEAR(summary.avg_prob(), (0.5 + 0.25 + 0.25 + 0.25) / 4.0, 1e-15);
  EXPECT_NEAR(summary.avg_margin(), (0.0 + 0.05 + 0.7) / 3.0, 1e-15);
  EXPECT_NEAR(summary.avg_logit_rank(), (0.0 + 4 * 3.0) / 5.0, 1e-15);
  EXPECT_NEAR(summary.avg_gumbel_rank(), (0.0 + 2.0 + 2.0) / 3.0, 1e-15);
  ASSERT_EQ(summary.first_mismatches().size(), 2u);
  EXPECT_EQ(summary.first_mismatches()[0].place.row, 2);
  EXPECT_EQ(summary.match_bases(), (VerifySummary::Bases{4, 0, 1}));
  EXPECT_EQ(summary.prob_bases(), (VerifySummary::Bases{4, 1, 0}));
}

TEST(VerifySummary, FindsTheShiftOfTheTokens) {
  VerifySummary late(0.0, 10);
  VerifySummary straight(0.0, 10);
  const TokenId drawn[] = {5, 9, 2, 7, 7, 1, 4};
  for (std::int64_t i = 0; i < 7; ++i) {
    straight.Add({i, 0, i}, Match(drawn[i], 0.5));
    // Row i has the token of the row before.
    if (i > 0) late.Add({i, 0, i}, Other(drawn[i - 1], drawn[i], 0.5));
  }
  EXPECT_EQ(straight.BestShift().shift, 0);
  EXPECT_EQ(straight.BestShift().rate, 1.0);
  EXPECT_EQ(late.BestShift().shift, 1);
  EXPECT_EQ(late.BestShift().rate, 1.0);
}

}  // namespace
}  // namespace sampler::tools::verify_summary_test

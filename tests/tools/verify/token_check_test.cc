// The numbers of one token of draws by mass against their definitions: sums in
// long double over the whole vocabulary.

#include "tools/verify/token_check.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/oracle/stages/gumbel.h"
#include "tests/tools/verify/checked_rows.h"
#include "tests/tools/verify/row_views.h"

namespace sampler::tools::token_check_test {
namespace {

constexpr long double kInfinity = std::numeric_limits<long double>::infinity();

// Tokens before `token` on the line, and their mass.
long double MassBefore(const std::vector<long double>& p,
                       const std::vector<float>& row, std::size_t token,
                       bool by_rank) {
  long double mass = 0.0L;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const bool before =
        by_rank ? row[i] > row[token] || (row[i] == row[token] && i < token)
                : i < token;
    if (before) mass += p[i];
  }
  return mass;
}

void ExpectIs(double got, long double want) {
  if (std::isinf(want)) {
    EXPECT_EQ(got, static_cast<double>(want));
    return;
  }
  EXPECT_NEAR(got, static_cast<double>(want),
              static_cast<double>(1e-11L * std::max(1.0L, std::fabs(want))));
}

class MassDraws : public testing::TestWithParam<bool> {};

TEST_P(MassDraws, AreJudgedByTheDistanceOfU) {
  const bool by_rank = GetParam();
  const std::string order = by_rank ? R"(, "order": "rank")" : "";
  RowChecks checks(R"({"type": "temperature", "temperature": 0.5},
                      {"type": "top_k", "k": 6},
                      {"type": "categorical")" +
                       order + "}",
                   kSize, {.sigma = 0.05});
  std::mt19937_64 random(1);
  int matches = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const std::vector<float> row = RandomLogits(random);
    const Sequence sequence = SequenceOf(random());
    const auto p = Kept(row, 0.5L, 6);
    const long double u = std::ldexp(
        static_cast<long double>(oracle::RandomBits(
            sequence.seed(), 2, 2, oracle::Purpose::kTokenDraw, 0, 0)),
        -64);
    const auto higher = [&](std::size_t token) {
      return std::count_if(row.begin(), row.end(),
                           [&](float v) { return v > row[token]; });
    };
    for (std::size_t token = 0; token < kSize; ++token) {
      const auto check =
          checks.Check(row, sequence, static_cast<TokenId>(token));
      ASSERT_NE(check, nullptr);
      ExpectIs(check->prob, p[token]);
      ExpectIs(check->logit_rank, static_cast<long double>(higher(token)));
      EXPECT_TRUE(std::isnan(check->gumbel_rank));
      EXPECT_TRUE(std::isnan(check->gls));
      EXPECT_EQ(check->removed, p[token] == 0.0L);
      if (p[token] == 0.0L) {
        ExpectIs(check->margin, kInfinity);
        ExpectIs(check->cgs, -kInfinity);
        EXPECT_TRUE(std::isnan(check->percentile));
        continue;
      }
      const long double low = MassBefore(p, row, token, by_rank);
      const long double high = low + p[token];
      const long double above = MassBefore(p, row, token, /*by_rank=*/true);
      ExpectIs(check->u, u);
      ExpectIs(check->low, low);
      ExpectIs(check->high, high);
      EXPECT_EQ(check->exact_match, low <= u && u < high);
      ExpectIs(check->margin, std::max({0.0L, low - u, u - high}));
      EXPECT_NEAR(
          check->cgs,
          static_cast<double>(LogNormal((low - u) / 0.05L, (high - u) / 0.05L)),
          1e-12 + 1e-9 * std::fabs(check->cgs));
      EXPECT_GE(check->percentile, static_cast<double>(above) - 1e-12);
      EXPECT_LE(check->percentile,
                static_cast<double>(above + p[token]) + 1e-12);
      if (!check->exact_match) continue;
      ++matches;
      const long double to_low = low > 1e-15L ? u - low : kInfinity;
      const long double to_high = high < 1.0L - 1e-15L ? high - u : kInfinity;
      ExpectIs(check->boundary, std::min(to_low, to_high));
    }
  }
  EXPECT_EQ(matches, 200);
}

INSTANTIATE_TEST_SUITE_P(Orders, MassDraws, testing::Bool());

// The gap is that of the logits before the choice, in the row's own units.
TEST(GreedyDraws, AreJudgedByTheGapOfLogits) {
  std::vector<float> row(kSize, -9.0F);
  row[4] = 3.0F;
  row[9] = 2.5F;
  row[1] = 1.0F;
  for (const char* stages :
       {R"({"type": "top_k", "k": 2}, {"type": "greedy"})",
        R"({"type": "top_k", "k": 2}, {"type": "temperature",
            "temperature": 0})",
        R"({"type": "temperature", "temperature": 0.5},
            {"type": "top_k", "k": 2}, {"type": "greedy"})"}) {
    SCOPED_TRACE(stages);
    RowChecks checks(stages, kSize);
    const Sequence sequence = SequenceOf(5);
    EXPECT_EQ(checks.Check(row, sequence, 4)->margin, 0.0);
    EXPECT_EQ(checks.Check(row, sequence, 9)->margin, 0.5);
    EXPECT_FALSE(checks.Check(row, sequence, 9)->removed);
    EXPECT_EQ(checks.Check(row, sequence, 9)->gumbel_rank, 1.0);
    EXPECT_TRUE(checks.Check(row, sequence, 1)->removed);
  }
}

// llama.cpp's array is in rank order after top_k; its masses are float32.
TEST(MassDrawsOfLlamaCpp, AreJudgedInTheOrderOfItsArray) {
  auto config = ParseConfig(
      R"({"version": 1, "rng": "llama_cpp", "stages": [
          {"type": "top_k", "k": 6}, {"type": "temperature",
           "temperature": 0.5}, {"type": "categorical", "order": "rank"}]})");
  ASSERT_TRUE(config.ok());
  const auto pipeline = Pipeline::Create(*config, kSize);
  ASSERT_TRUE(pipeline.ok());
  std::mt19937_64 random(3);
  TokenChecker checker({});
  Workspace workspace;
  Workspace raw_workspace;
  const Pipeline raw = MakePipeline("", kSize);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<float> row(kSize);
    for (float& v : row) v = static_cast<float>(random() % 4096) / 512.0F;
    auto sequence = Sequence::Create(kSize, {.seed = random() % 1000});
    ASSERT_TRUE(sequence.ok());
    const Logits logits(row);
    const Step step = pipeline->Process(logits, *sequence, workspace);
    const Token drawn = step.Draw();
    const Distribution plain = raw.Process(logits, *sequence, raw_workspace);
    const RowPlace place;
    const StepInputs inputs;
    const RowBounds bounds;
    const auto p = Kept(row, 0.5L, 6);
    for (std::size_t token = 0; token < kSize; ++token) {
      const auto check = checker.Check(
          {place, logits, bounds, pipeline->config(), inputs, *sequence, step,
           drawn, plain, static_cast<TokenId>(token)});
      ASSERT_NE(check, nullptr);
      EXPECT_EQ(check->removed, p[token] == 0.0L);
      if (p[token] == 0.0L) continue;
      EXPECT_NEAR(check->low,
                  static_cast<double>(MassBefore(p, row, token, true)), 1e-6);
      if (!check->exact_match) {
        const long double u = static_cast<long double>(check->u);
        const long double low = MassBefore(p, row, token, true);
        EXPECT_NEAR(
            check->margin,
            static_cast<double>(std::max({0.0L, low - u, u - low - p[token]})),
            1e-6);
      }
    }
  }
}

// A list that does not decide the row: only what it tells is told.
TEST(TopKLogs, SayWhatTheyDoNotKnow) {
  std::vector<float> row(kSize, -INFINITY);
  row[2] = -0.5F;
  row[5] = -1.0F;
  row[8] = -2.0F;
  RowBounds bounds;
  bounds.tail = logs::TailInfo{.listed = 3,
                               .count = kSize - 3,
                               .mass = 0.0,
                               .bound = -2.0,
                               .above = 2,
                               .maximum = -0.5};
  const Sequence sequence = SequenceOf(5);
  RowChecks open(R"({"type": "temperature", "temperature": 1.5})", kSize);
  const auto unknown = open.Check(row, sequence, 5, bounds);
  EXPECT_EQ(unknown->match_basis, Basis::kUnknowable);
  EXPECT_EQ(unknown->prob_basis, Basis::kBounded);
  EXPECT_EQ(unknown->rank_basis, Basis::kExact);
  EXPECT_TRUE(std::isnan(unknown->margin));
  EXPECT_TRUE(std::isnan(unknown->percentile));
  EXPECT_EQ(unknown->logit_rank, 1.0);
  EXPECT_EQ(open.Check(row, sequence, 11, bounds)->rank_basis, Basis::kBounded);
  RowChecks nucleus(R"({"type": "top_p", "p": 0.9})", kSize);
  EXPECT_EQ(nucleus.Check(row, sequence, 5, bounds)->prob_basis,
            Basis::kUnknowable);
  RowChecks cut(R"({"type": "top_k", "k": 2})", kSize);
  const auto known = cut.Check(row, sequence, 5, bounds);
  EXPECT_EQ(known->match_basis, Basis::kExact);
  EXPECT_EQ(known->prob_basis, Basis::kExact);
  EXPECT_NEAR(known->prob, 1.0 / (1.0 + std::exp(0.5)), 1e-12);
}

}  // namespace
}  // namespace sampler::tools::token_check_test

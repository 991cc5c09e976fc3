// gumbel_max and gumbel_top_k: parity with other runtimes, laws.
//
// Seeds are fixed, so the statistical tests are deterministic; the chance that
// a perfect sampler would have failed any of them is kFalseAlarm in all. The
// laws of single draws are gumbel_law_test.cc's.

#include "sampler/random/gumbel.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/random/murmur_noise.h"
#include "sampler/random/random.h"
#include "tests/oracle/stages/gumbel.h"
#include "tests/support/chi_square.h"
#include "tests/support/pipelines.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

namespace sampler::gumbel_test {
namespace {

using Row = std::vector<double>;

constexpr double kFalseAlarm = 1e-6;
constexpr int kStatisticalChecks = 20;  // At most so many share the budget.
const std::string kGumbelMax = R"({"type": "gumbel_max"})";

Token SampleAt(const Pipeline& pipeline, Logits row, std::uint64_t seed,
               std::uint32_t stream, Workspace& workspace) {
  return pipeline.Sample(
      row,
      MakeSequence(static_cast<std::int64_t>(row.size()), {}, {}, seed, stream),
      workspace);
}

TEST(GumbelMax, RepeatsTheScoresOfOtherRuntimes) {
  // Flat rows: the noise alone decides.
  for (const std::string noise : {"vllm_v2", "sglang"}) {
    const Pipeline pipeline = MakePipeline(
        R"({"type": "gumbel_max", "noise": ")" + noise + "\"}", 1000);
    const Row row(1000, 0.0);
    Workspace workspace;
    for (std::uint32_t position = 0; position < 20; ++position) {
      const Sequence sequence = MakeSequence(
          1000, {5, 6, 7}, std::vector<std::int32_t>(position, 1), 42);
      // The position of the last token, prompt included.
      TokenId best = 0;
      double best_noise = -1e300;
      for (std::uint32_t id = 0; id < 1000; ++id) {
        const std::uint32_t hash = MurmurHash(42, position + 2, id);
        const double g = noise == "sglang"
                             ? SglangNoise(hash)
                             : static_cast<double>(VllmNoise(hash));
        if (g > best_noise) {
          best_noise = g;
          best = static_cast<TokenId>(id);
        }
      }
      const Token token =
          pipeline.Sample(absl::Span<const double>(row), sequence, workspace);
      EXPECT_EQ(token.id, best) << noise;
    }
  }
}

TEST(GumbelMax, OfSglangNumbersTheRanksOnceTruncated) {
  Row row(50, 0.0);
  row[17] = 1.0;
  row[40] = 0.5;
  const std::string draw = R"({"type": "gumbel_max", "noise": "sglang"})";
  const Pipeline pipeline =
      MakePipeline(R"({"type": "top_k", "k": 2},)" + draw, 50);
  const double first = 1.0 + SglangNoise(MurmurHash(3, 0, 0));
  const double second = 0.5 + SglangNoise(MurmurHash(3, 0, 1));
  Workspace workspace;
  EXPECT_EQ(
      SampleAt(pipeline, absl::Span<const double>(row), 3, 0, workspace).id,
      first >= second ? 17 : 40);
}

TEST(GumbelMax, KeepsItsWinnerWhenOthersAreRemoved) {
  const Pipeline pipeline = MakePipeline(kGumbelMax, 200);
  Workspace workspace;
  for (std::uint32_t round = 0; round < 300; ++round) {
    const std::vector<float> f = MakeRow(RowKind::kGaussian, 200, round);
    Row row(f.begin(), f.end());
    const TokenId winner =
        SampleAt(pipeline, absl::Span<const double>(row), 7, round, workspace)
            .id;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool gone = Coins(8, round, 0)
                                .Bits(Purpose::kTokenNoise, 0,
                                      static_cast<std::uint32_t>(i)) %
                            2 ==
                        0;
      if (gone && static_cast<TokenId>(i) != winner) {
        row[i] = -std::numeric_limits<double>::infinity();
      }
    }
    EXPECT_EQ(
        SampleAt(pipeline, absl::Span<const double>(row), 7, round, workspace)
            .id,
        winner);
  }
}

// Defect: noise keyed by row or batch slot.
TEST(GumbelMax, DependsOnNothingThatCameBefore) {
  const Pipeline pipeline = MakePipeline(kGumbelMax, 500);
  std::vector<TokenId> forwards, backwards;
  Workspace one;
  for (std::uint32_t r = 0; r < 50; ++r) {
    const std::vector<float> row = MakeRow(RowKind::kZipf, 500, r);
    forwards.push_back(SampleAt(pipeline, row, 1, r, one).id);
  }
  for (std::uint32_t r = 50; r-- > 0;) {
    Workspace fresh;
    const std::vector<float> row = MakeRow(RowKind::kZipf, 500, r);
    backwards.insert(backwards.begin(),
                     SampleAt(pipeline, row, 1, r, fresh).id);
  }
  EXPECT_EQ(forwards, backwards);
}

TEST(GumbelMax, ScoresHugeLogitsToo) {
  // Beyond 2^20 the race scores every token.
  const Pipeline pipeline = MakePipeline(kGumbelMax, 4);
  Workspace workspace;
  std::set<TokenId> seen;
  for (std::uint32_t i = 0; i < 200; ++i) {
    const Row row(4, 0x1p30);
    seen.insert(
        SampleAt(pipeline, absl::Span<const double>(row), 1, i, workspace).id);
  }
  EXPECT_EQ(seen.size(), 4u);
}

std::vector<TokenId> All(const Pipeline& pipeline, const Row& row,
                         std::uint32_t stream, Workspace& workspace) {
  const Sequence sequence =
      MakeSequence(static_cast<std::int64_t>(row.size()), {}, {}, 11, stream);
  const auto all =
      pipeline.Process(absl::Span<const double>(row), sequence, workspace)
          .DrawAll();
  return {all.begin(), all.end()};
}

// Defect: -ln u in place of -ln(-ln u), which is biased from the first token.
TEST(GumbelTopK, HasTheJointLawOfDrawsWithoutReplacement) {
  const Row p = {0.4, 0.3, 0.2, 0.1};
  const Row row = Logs(p);
  const Pipeline pipeline =
      MakePipeline(R"({"type": "gumbel_top_k", "n": 2})", 4);
  const int n = Share(100000);
  Workspace workspace;
  std::map<std::vector<TokenId>, double> hits;
  for (int i = 0; i < n; ++i) {
    ++hits[All(pipeline, row, static_cast<std::uint32_t>(i), workspace)];
  }
  std::vector<double> observed, expected;
  for (TokenId a = 0; a < 4; ++a) {
    for (TokenId b = 0; b < 4; ++b) {
      if (a == b) continue;
      const double pa = p[static_cast<std::size_t>(a)];
      const double pb = p[static_cast<std::size_t>(b)];
      observed.push_back(hits[{a, b}]);
      expected.push_back(n * pa * pb / (1 - pa));
    }
  }
  const ChiSquare chi = PooledChiSquare(observed, expected);
  EXPECT_EQ(chi.degrees, 11);
  EXPECT_LT(chi.statistic,
            ChiSquareQuantile(chi.degrees, kFalseAlarm / kStatisticalChecks));
}

TEST(GumbelTopK, BeginsWithTheTokenOfGumbelMax) {
  const Pipeline one = MakePipeline(kGumbelMax, 300);
  const Pipeline all = MakePipeline(R"({"type": "gumbel_top_k", "n": 9})", 300);
  Workspace workspace;
  for (std::uint32_t i = 0; i < 100; ++i) {
    const std::vector<float> f = MakeRow(RowKind::kZipf, 300, i);
    const Row row(f.begin(), f.end());
    const Logits logits = absl::MakeConstSpan(row);
    const TokenId first = SampleAt(one, logits, 11, i, workspace).id;
    EXPECT_EQ(SampleAt(all, logits, 11, i, workspace).id, first);
    const std::vector<TokenId> tokens = All(all, row, i, workspace);
    EXPECT_EQ(tokens.front(), first);
    EXPECT_EQ(tokens.size(), 9u);
    EXPECT_EQ(std::set<TokenId>(tokens.begin(), tokens.end()).size(), 9u);
  }
}

TEST(GumbelTopK, GivesAllSurvivorsOfWeightAndNoOthers) {
  const Row row = {0.0, -50.0, 1.0, -std::numeric_limits<double>::infinity()};
  const Pipeline pipeline =
      MakePipeline(R"({"type": "gumbel_top_k", "n": 1000000000000})", 4);
  Workspace workspace;
  std::vector<TokenId> tokens = All(pipeline, row, 0, workspace);
  std::sort(tokens.begin(), tokens.end());
  EXPECT_EQ(tokens, (std::vector<TokenId>{0, 2}));
}

TEST(DrawAll, OfAnyOtherDrawIsItsToken) {
  const Row row = {0.5, 1.0, 0.25};
  Workspace workspace;
  for (const std::string draw : {"categorical", "greedy", "gumbel_max"}) {
    const Pipeline pipeline = MakePipeline(R"({"type": ")" + draw + "\"}", 3);
    EXPECT_EQ(
        All(pipeline, row, 3, workspace),
        (std::vector<TokenId>{
            SampleAt(pipeline, absl::Span<const double>(row), 11, 3, workspace)
                .id}));
    const Row bad(3, std::numeric_limits<double>::quiet_NaN());
    EXPECT_TRUE(All(pipeline, bad, 3, workspace).empty());
  }
}

}  // namespace
}  // namespace sampler::gumbel_test

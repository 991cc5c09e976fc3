// The law of draws by noise, through the public API: chi-square at production
// sizes, supports, and tails.
//
// Seeds are fixed, so the tests are deterministic; the chance that a perfect
// sampler would have failed any of them is kFalseAlarm in all.
// Heavy: all.

#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/chi_square.h"
#include "tests/support/pipelines.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

namespace sampler::gumbel_law_test {
namespace {

constexpr double kFalseAlarm = 1e-6;
constexpr int kStatisticalChecks = 20;  // At most so many share the budget.
const std::string kGumbelMax = R"({"type": "gumbel_max"})";

// Draw `i` of a test. Its seed is its own: other runtimes know no streams.
Token SampleAt(const Pipeline& pipeline, const std::vector<float>& row,
               std::uint64_t test, std::uint32_t i, Workspace& workspace) {
  return pipeline.Sample(row,
                         MakeSequence(static_cast<std::int64_t>(row.size()), {},
                                      {}, test * 1'000'000 + i, i),
                         workspace);
}

void ExpectLaw(const std::string& stages, const std::vector<float>& row, int n,
               std::uint64_t seed) {
  const auto size = static_cast<std::int64_t>(row.size());
  const Pipeline pipeline = MakePipeline(stages, size);
  Workspace workspace;
  std::vector<double> hits(row.size());
  for (int i = 0; i < n; ++i) {
    ++hits[static_cast<std::size_t>(
        SampleAt(pipeline, row, seed, static_cast<std::uint32_t>(i), workspace)
            .id)];
  }
  const Distribution d = pipeline.Process(row, MakeSequence(size), workspace);
  std::vector<double> observed, expected;
  double inside = 0;
  for (const Candidate& c : d.Top(d.Count())) {
    observed.push_back(hits[static_cast<std::size_t>(c.id)]);
    expected.push_back(n * d.Probability(c.id));
    inside += observed.back();
  }
  EXPECT_EQ(inside, n) << "drew a token that was removed";
  const ChiSquare chi = PooledChiSquare(observed, expected);
  ASSERT_GE(chi.degrees, 1);
  EXPECT_LT(chi.statistic,
            ChiSquareQuantile(chi.degrees, kFalseAlarm / kStatisticalChecks))
      << stages;
}

TEST(GumbelMax, LawHoldsAtProductionSizes) {
  ExpectLaw(kGumbelMax, MakeRow(RowKind::kZipf, 32000, 2), Share(3000), 2);
  ExpectLaw(R"({"type": "temperature", "temperature": 0.8},)" + kGumbelMax,
            MakeRow(RowKind::kGaussian, 32000, 3), Share(2000), 3);
  ExpectLaw(R"({"type": "top_p", "p": 0.8},)" + kGumbelMax,
            MakeRow(RowKind::kZipf, 128256, 4), Share(500), 4);
}

// The noise of other runtimes has 24 to 32 bits a token; within what so few
// bits can tell apart its law is the same.
TEST(GumbelMax, LawHoldsWithTheNoiseOfOtherRuntimes) {
  for (const std::string noise : {"vllm_v2", "sglang"}) {
    const std::string draw =
        R"({"type": "gumbel_max", "noise": ")" + noise + "\"}";
    ExpectLaw(draw, MakeRow(RowKind::kZipf, 32000, 5), Share(2000), 5);
    ExpectLaw(R"({"type": "top_k", "k": 50},)" + draw,
              MakeRow(RowKind::kGaussian, 128256, 6), Share(2000), 6);
  }
}

// Every id of 262,144 can win: the number of distinct winners of a flat row is
// that of so many fair draws.
TEST(GumbelMax, LawHoldsForTheSupportOfAFlatRow) {
  constexpr int kSize = 262144;
  const int n = Share(1000);
  const Pipeline pipeline = MakePipeline(kGumbelMax, kSize);
  const std::vector<float> row(kSize, 1.5f);
  Workspace workspace;
  std::set<TokenId> seen;
  double sum = 0;
  for (int i = 0; i < n; ++i) {
    const TokenId id =
        SampleAt(pipeline, row, 6, static_cast<std::uint32_t>(i), workspace).id;
    seen.insert(id);
    sum += id;
  }
  // Coincidences: n^2 / 2V = 1.9 expected; 20 have probability below 1e-13.
  EXPECT_GT(static_cast<int>(seen.size()), n - 20);
  const double sigma = kSize / std::sqrt(12.0 * n);
  EXPECT_NEAR(sum / n, kSize / 2.0,
              NormalQuantile(kFalseAlarm / kStatisticalChecks) * sigma);
}

// Defect: tail mass lost (0 hits) or doubled at gaps where coarse noise ends.
TEST(GumbelMax, LawHoldsInTailsOfManySmallTokens) {
  for (const double gap : {10.0, 12.0, 14.0}) {
    constexpr std::size_t kSize = 32768;
    const int n = Share(1000);
    std::vector<float> row(kSize, static_cast<float>(-gap));
    row[4321] = 0.0f;
    const Pipeline pipeline = MakePipeline(kGumbelMax, kSize);
    Workspace workspace;
    int hits = 0;
    for (int i = 0; i < n; ++i) {
      hits +=
          SampleAt(pipeline, row, 9, static_cast<std::uint32_t>(i), workspace)
                      .id != 4321
              ? 1
              : 0;
    }
    const double mass = (kSize - 1) * std::exp(-gap);
    const double p = mass / (1 + mass);
    EXPECT_NEAR(hits, n * p,
                1 + NormalQuantile(kFalseAlarm / kStatisticalChecks) *
                        std::sqrt(n * p * (1 - p)))
        << gap;
  }
}

}  // namespace
}  // namespace sampler::gumbel_law_test

// The law of the draw: chi-square at full vocabularies through the public
// interface.
//
// Seeds are fixed, so the tests are deterministic; the chance that a perfect
// sampler would have failed any of them is kFalseAlarm in all.
// Heavy: LawHolds*.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/pipeline.h"
#include "sampler/random/random.h"
#include "tests/support/chi_square.h"
#include "tests/support/pipelines.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

namespace sampler::draw_law_test {
namespace {

constexpr double kFalseAlarm = 1e-6;
constexpr int kStatisticalChecks = 20;  // At most so many share the budget.

using Row = std::vector<double>;

// Tokens that Pipeline::Sample gives at n positions, seeds and streams.
std::vector<double> Hits(const Pipeline& pipeline, Logits row, int n,
                         std::uint64_t seed) {
  std::vector<double> hits(row.size());
  Workspace workspace;
  const auto size = static_cast<std::int64_t>(row.size());
  for (int i = 0; i < n; ++i) {
    const Sequence sequence =
        MakeSequence(size, {}, {}, seed, static_cast<std::uint32_t>(i));
    const Token token = pipeline.Sample(row, sequence, workspace);
    EXPECT_EQ(token.status, RowStatus::kOk);
    ++hits[static_cast<std::size_t>(token.id)];
  }
  return hits;
}

void ExpectLaw(const std::string& stages, const std::vector<float>& row, int n,
               std::uint64_t seed) {
  const auto size = static_cast<std::int64_t>(row.size());
  const Pipeline pipeline = MakePipeline(stages, size);
  const std::vector<double> hits =
      Hits(pipeline, absl::Span<const float>(row), n, seed);
  // The expectation from long double, cells in falling order of probability,
  // so that the tail is pooled.
  Workspace workspace;
  const Distribution d = pipeline.Process(absl::Span<const float>(row),
                                          MakeSequence(size), workspace);
  const double max = d.Top(1)[0].logit;
  std::vector<std::pair<double, std::size_t>> cells;
  long double total = 0.0L;
  d.ForEach([&](TokenId id, double logit) {
    const long double p = std::exp(static_cast<long double>(logit - max));
    total += p;
    cells.emplace_back(static_cast<double>(p), static_cast<std::size_t>(id));
  });
  std::sort(cells.rbegin(), cells.rend());
  std::vector<double> observed, expected;
  double outside = n;
  for (const auto& [p, id] : cells) {
    observed.push_back(hits[id]);
    expected.push_back(n * p / static_cast<double>(total));
    outside -= hits[id];
  }
  EXPECT_EQ(outside, 0.0) << "drew a token that was removed";
  const ChiSquare chi = PooledChiSquare(observed, expected);
  if (chi.degrees < 1) return;
  EXPECT_LT(chi.statistic,
            ChiSquareQuantile(chi.degrees, kFalseAlarm / kStatisticalChecks))
      << stages << ", " << chi.degrees << " degrees";
}

TEST(Draw, LawHoldsAtThirtyTwoThousandTokens) {
  const int n = Share(2500);
  ExpectLaw("", MakeRow(RowKind::kGaussian, 32000, 1), n, 1);
  ExpectLaw("", MakeRow(RowKind::kZipf, 32000, 2), 4 * n, 2);
  ExpectLaw(R"({"type": "categorical", "order": "rank"})",
            MakeRow(RowKind::kZipf, 32000, 3), n, 3);
  ExpectLaw(R"({"type": "temperature", "temperature": 0.7},
               {"type": "top_k", "k": 50}, {"type": "top_p", "p": 0.9})",
            MakeRow(RowKind::kGaussian, 32000, 4), n, 4);
  ExpectLaw(R"({"type": "typical_p", "p": 0.6}, {"type": "min_p", "p": 0.1})",
            MakeRow(RowKind::kGaussian, 32000, 5), n, 5);
  ExpectLaw(R"({"type": "top_p", "p": 0.5})", MakeRow(RowKind::kFlat, 32000, 6),
            n, 6);
}

TEST(Draw, LawHoldsAtAQuarterMillionTokens) {
  const int n = Share(1000);
  ExpectLaw("", MakeRow(RowKind::kZipf, 262144, 7), n, 7);
  ExpectLaw(R"({"type": "temperature", "temperature": 1.5})",
            MakeRow(RowKind::kMasked, 262144, 8), n, 8);
}

TEST(Draw, LawHoldsForManyDrawsFromOneRow) {
  // Draw alone, a million bits: 262,144 tokens narrowed to a nucleus.
  const std::vector<float> row = MakeRow(RowKind::kZipf, 262144, 9);
  const Pipeline pipeline =
      MakePipeline(R"({"type": "top_k", "k": 200})", 262144);
  Workspace workspace;
  const Distribution d = pipeline.Process(absl::Span<const float>(row),
                                          MakeSequence(262144), workspace);
  const int n = Share(1000000);
  std::map<TokenId, double> hits;
  for (int i = 0; i < n; ++i) {
    ++hits[d.Draw(
        Coins(10, 0, static_cast<std::uint32_t>(i)).Bits(Purpose::kTokenDraw))];
  }
  std::vector<double> observed, expected;
  for (const Candidate& c : d.Top(200)) {
    observed.push_back(hits[c.id]);
    expected.push_back(n * d.Probability(c.id));
  }
  EXPECT_EQ(std::accumulate(observed.begin(), observed.end(), 0.0), n);
  const ChiSquare chi = PooledChiSquare(observed, expected);
  EXPECT_LT(chi.statistic,
            ChiSquareQuantile(chi.degrees, kFalseAlarm / kStatisticalChecks));
}

TEST(Draw, OrdersHaveOneLawButOtherTokens) {
  const Row row = {0.1, 2.0, 1.0, 0.7};
  const Pipeline by_id = MakePipeline("", 4);
  const Pipeline by_rank =
      MakePipeline(R"({"type": "categorical", "order": "rank"})", 4);
  const int n = Share(40000);
  const std::vector<double> a =
      Hits(by_id, absl::Span<const double>(row), n, 11);
  const std::vector<double> b =
      Hits(by_rank, absl::Span<const double>(row), n, 11);
  EXPECT_NE(a, b);
  // 7 sigmas of the difference of two counts: 3e-12 each.
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_LT(std::fabs(a[i] - b[i]), 7.0 * std::sqrt(a[i] + b[i]));
  }
}

TEST(Draw, NeverGivesAWeightlessToken) {
  Row row(1000, -37.0);
  row[999] = 0.0;
  row[500] = 1.0;
  for (const std::string order : {"id", "rank"}) {
    const Pipeline pipeline = MakePipeline(
        R"({"type": "categorical", "order": ")" + order + "\"}", 1000);
    const std::vector<double> hits =
        Hits(pipeline, absl::Span<const double>(row), Share(5000), 12);
    EXPECT_EQ(hits[500] + hits[999], Share(5000));
  }
}

}  // namespace
}  // namespace sampler::draw_law_test

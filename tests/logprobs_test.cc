#include "sampler/logprobs.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sampler/config.h"
#include "sampler/kernels/dispatch.h"
#include "tests/oracle/pipeline.h"
#include "tests/support/pipelines.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

const double kNever = -std::numeric_limits<double>::infinity();

// The same of an oracle's result.
LogprobList ListOf(const oracle::Result& result, TokenId token,
                   std::size_t top) {
  LogprobList list;
  list.token = {token, result.Logprob(token), 0};
  for (std::size_t i = 0; i < result.candidates.size(); ++i) {
    const oracle::Candidate& c = result.candidates[i];
    const auto rank = static_cast<std::int64_t>(i) + 1;
    if (c.id == token) list.token.rank = rank;
    if (i < top) list.top.push_back({c.id, result.Logprob(c.id), rank});
  }
  return list;
}

TEST(Logprobs, OfBothDistributionsEqualTheOracle) {
  const std::string stages =
      R"({"type": "logit_bias", "bias": {"3": 2.5, "4": false}},
         {"type": "temperature", "temperature": 0.7},
         {"type": "top_k", "k": 50}, {"type": "min_p", "p": 0.02})";
  LogprobReporter reporter;
  Workspace workspace;
  for (const std::size_t size : {100u, 1'000u, 32'000u}) {
    const Pipeline pipeline =
        MakePipeline(stages, static_cast<std::int64_t>(size));
    const Sequence sequence = MakeSequence(static_cast<std::int64_t>(size));
    for (const RowKind kind : kAllRowKinds) {
      const std::vector<float> row = MakeRow(kind, size, 7);
      const std::vector<double> doubles(row.begin(), row.end());
      const Distribution processed = pipeline.Process(row, sequence, workspace);
      ASSERT_EQ(processed.status(), RowStatus::kOk);
      const oracle::Result raw =
          oracle::RunStages(doubles, nlohmann::json::array());
      const oracle::Result kept =
          oracle::RunStages(doubles, nlohmann::json::parse("[" + stages + "]"));
      const Token drawn = pipeline.DrawFrom(processed, sequence, workspace);
      for (const TokenId token : {drawn.id, 0, 4}) {
        for (const std::size_t top : {0u, 1u, 20u, 100u}) {
          const Logprobs report = reporter.Report(
              row, processed, token, static_cast<std::int64_t>(top));
          EXPECT_EQ(report, (Logprobs{ListOf(raw, token, top),
                                      ListOf(kept, token, top)}))
              << RowKindName(kind) << " " << size << " token " << token;
        }
      }
    }
  }
}

// A weight of 0 is a fact about the draw: the token has a logprob all the same,
// and a place in the list. One that was removed has neither.
TEST(Logprobs, OfARemovedTokenAndOfOneWithoutWeightDiffer) {
  const std::vector<double> row = {0, -100, 1, -1};
  const Pipeline pipeline =
      MakePipeline(R"({"type": "suppress_tokens", "ids": [2]})", 4);
  Workspace workspace;
  LogprobReporter reporter;
  const Distribution d =
      pipeline.Process(absl::MakeConstSpan(row), MakeSequence(4), workspace);
  const auto report = [&](TokenId token) {
    return reporter.Report(absl::MakeConstSpan(row), d, token, 4);
  };
  EXPECT_EQ(report(2).processed.token, (TokenLogprob{2, kNever, 0}));
  EXPECT_EQ(report(2).raw.token.rank, 1);
  EXPECT_EQ(report(1).processed.token.rank, 3);
  EXPECT_NEAR(report(1).processed.token.logprob, -100.31326168751822, 1e-13);
  EXPECT_EQ(report(1).raw.token.rank, 4);
  EXPECT_EQ(report(0).raw.top.size(), 4u);
  EXPECT_EQ(report(0).processed.top.size(), 3u);
  EXPECT_EQ(report(0).processed.top.back(), report(1).processed.token);
  EXPECT_EQ(d.Probability(1), 0.0);
  EXPECT_EQ(d.WeightOf(1), 0u);
}

// ln softmax in long double, by libm: l - max - ln sum.
std::vector<long double> LongDoubleLogSoftmax(const std::vector<double>& row) {
  const long double max = *std::max_element(row.begin(), row.end());
  long double sum = 0.0L;
  for (const double l : row) sum += std::exp(static_cast<long double>(l) - max);
  std::vector<long double> logprobs;
  for (const double l : row) {
    logprobs.push_back((static_cast<long double>(l) - max) - std::log(sum));
  }
  return logprobs;
}

constexpr double kLowestF32 = std::numeric_limits<float>::lowest();
constexpr double kLargestF32 = std::numeric_limits<float>::max();

// Rows on which logarithms of weights, or l - logsumexp, lose digits or all.
const std::vector<std::vector<double>>& HardRows() {
  constexpr double m = kLowestF32;
  constexpr double x = kLargestF32;
  static const auto& rows = *new std::vector<std::vector<double>>{
      {0, -19.125, -20.375, -24.3125, -26.4375, -27.25, -31.0625, -35.09375,
       -35.296875, -36.078125, -36.4453125, -40, -50},
      {m, 2, m, 1, m, m},
      {m, m, m, m, m, m},
      {m, 2, m, 1, m, -1e9},
      {x, x, 0, m},
      {x, x, x},
      {-1e9, -1e9, -1e9 - 64},
      {1e30, 1e30, 1, -1e30},
      {-1e-45, 0, 1e-45, -0.0},
      {1e-300, -1e-300, 4.9e-324},
      {-700, -701, -1400, -1408.5, -1500},
      {88, 87.5, -88, -745, -800},
      {5}};
  return rows;
}

TEST(Logprobs, AreThoseOfLongDoubleForEverySurvivor) {
  LogprobReporter reporter;
  std::vector<std::vector<double>> rows = HardRows();
  for (const RowKind kind : kAllRowKinds) {
    const std::vector<float> row = MakeRow(kind, 4'000, 3);
    rows.emplace_back(row.begin(), row.end());
  }
  for (const std::vector<double>& row : rows) {
    const std::vector<long double> exact = LongDoubleLogSoftmax(row);
    const Distribution raw = reporter.Raw(absl::MakeConstSpan(row));
    ASSERT_EQ(raw.status(), RowStatus::kOk);
    const auto size = static_cast<TokenId>(row.size());
    for (TokenId id = 0; id < size; ++id) {
      const auto want =
          static_cast<double>(exact[static_cast<std::size_t>(id)]);
      const double got = raw.Logprob(id);
      if (std::isinf(want)) {
        EXPECT_EQ(got, kNever);
        continue;
      }
      ASSERT_NEAR(got, want, 4e-15 + 4e-16 * std::fabs(want)) << id;
    }
    std::vector<TokenLogprob> top(row.size());
    const auto listed = TopLogprobs(raw, absl::MakeSpan(top));
    EXPECT_EQ(listed.size(), static_cast<std::size_t>(raw.Count()));
    for (const TokenLogprob& token : listed) {
      EXPECT_EQ(token, LogprobOf(raw, token.id));
      EXPECT_TRUE(std::isfinite(token.logprob));
    }
  }
}

// Doubles that are further apart than a double can say have the least finite
// logprob: -inf means removed.
TEST(Logprobs, OfSurvivorsAreFinite) {
  const std::vector<double> row = {1.7e308, -1.7e308, kNever};
  LogprobReporter reporter;
  const Distribution raw = reporter.Raw(absl::MakeConstSpan(row));
  EXPECT_EQ(raw.Logprob(0), 0.0);
  EXPECT_EQ(raw.Logprob(1), std::numeric_limits<double>::lowest());
  EXPECT_EQ(raw.Logprob(2), kNever);
  EXPECT_EQ(TopLogprobs(raw, 3).size(), 2u);
}

// The sum goes by token ids: dense or a list, f32, f64 or bf16, and on every
// instruction set, the bits are the same.
TEST(Logprobs, DoNotDependOnFormTypeOrInstructions) {
  constexpr std::size_t kSize = 5'000;
  std::vector<float> row = MakeRow(RowKind::kGaussian, kSize, 11);
  std::vector<std::uint16_t> halves(kSize);
  std::vector<TokenId> ids;
  std::vector<float> masked(kSize, static_cast<float>(kNever));
  for (std::size_t i = 0; i < kSize; ++i) {
    halves[i] =
        static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(row[i]) >> 16);
    row[i] = std::bit_cast<float>(std::uint32_t{halves[i]} << 16);
    if (i % 17 != 3) continue;
    masked[i] = row[i];
    ids.push_back(static_cast<TokenId>(i));
  }
  const std::vector<double> doubles(row.begin(), row.end());
  const Pipeline list =
      MakePipeline(absl::StrCat(R"({"type": "allow_tokens", "ids": [)",
                                absl::StrJoin(ids, ","), "]}"),
                   kSize);
  std::vector<std::uint64_t> of_row;
  std::vector<std::uint64_t> of_subset;
  const auto expect_same = [&](const Distribution& d,
                               std::vector<std::uint64_t>& bits,
                               absl::string_view what) {
    std::vector<std::uint64_t> own;
    for (const TokenId id : ids) {
      own.push_back(std::bit_cast<std::uint64_t>(d.Logprob(id)));
    }
    if (bits.empty()) bits = own;
    EXPECT_EQ(own, bits) << what;
  };
  LogprobReporter reporter;
  Workspace workspace;
  const Sequence sequence = MakeSequence(kSize);
  for (const absl::string_view target : kernels::SimdTargets()) {
    ASSERT_TRUE(kernels::UseSimdTarget(target));
    const Logits rows[] = {Logits(row), Logits(absl::MakeConstSpan(doubles)),
                           Logits(halves.data(), DType::kBF16, kSize)};
    for (const Logits& logits : rows) {
      expect_same(reporter.Raw(logits), of_row, target);
      expect_same(list.Process(logits, sequence, workspace), of_subset, target);
    }
    expect_same(reporter.Raw(masked), of_subset, target);
  }
  kernels::UseSimdTarget(kernels::SimdTargets().front());
}

TEST(Logprobs, OfABadRowAreNone) {
  const std::vector<float> rows[] = {
      {1.0f, std::nanf("")},
      {1.0f, std::numeric_limits<float>::infinity()},
      {static_cast<float>(kNever), static_cast<float>(kNever)}};
  LogprobReporter reporter;
  for (const std::vector<float>& row : rows) {
    const Distribution raw = reporter.Raw(row);
    EXPECT_NE(raw.status(), RowStatus::kOk);
    EXPECT_EQ(LogprobOf(raw, 0), (TokenLogprob{0, kNever, 0}));
    EXPECT_TRUE(TopLogprobs(raw, 2).empty());
  }
}

// Ranks are counted by masks where the row is stored as it stands, one by one
// where it is not.
TEST(Logprobs, CountRanksUnderEditsAndScales) {
  constexpr std::size_t kSize = 3'000;
  std::vector<float> row = MakeRow(RowKind::kGaussian, kSize, 5);
  for (float& l : row) l = std::round(l * 4.0f) / 4.0f;  // Ties.
  row[9] = static_cast<float>(kNever);
  const Pipeline pipeline = MakePipeline(
      R"({"type": "logit_bias", "bias": {"3": 2.5, "70": -1, "2999": 0.25,
                                         "11": false}},
         {"type": "temperature", "temperature": 0.7})",
      kSize);
  Workspace workspace;
  const Distribution d = pipeline.Process(row, MakeSequence(kSize), workspace);
  const std::vector<Candidate> order = d.Top(d.Count());
  for (std::size_t i = 0; i < order.size(); ++i) {
    ASSERT_EQ(d.Rank(order[i].id), static_cast<std::int64_t>(i) + 1);
  }
  EXPECT_EQ(d.Rank(9), 0);
  EXPECT_EQ(d.Rank(11), 0);
}

// JSON knows no infinity: the text parses, and -inf is null.
TEST(Logprobs, AreSafeAsJson) {
  const Logprobs logprobs = {{{7, -0.1, 1}, {{7, -0.1, 1}, {3, -2.5, 2}}},
                             {{7, kNever, 0}, {}}};
  EXPECT_EQ(ToJson(logprobs),
            R"({"raw":{"token":{"id":7,"logprob":-0.1,"rank":1},)"
            R"("top":[{"id":7,"logprob":-0.1,"rank":1},)"
            R"({"id":3,"logprob":-2.5,"rank":2}]},)"
            R"("processed":{"token":{"id":7,"logprob":null,"rank":0},)"
            R"("top":[]}})");
  EXPECT_FALSE(nlohmann::json::parse(ToJson(logprobs)).is_discarded());
}

}  // namespace
}  // namespace sampler

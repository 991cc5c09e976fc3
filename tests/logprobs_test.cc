#include "sampler/logprobs.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/oracle/pipeline.h"
#include "tests/pipelines.h"
#include "tests/rows.h"
#include "tests/test_share.h"

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
    if (i < top && c.weight > 0) {
      list.top.push_back({c.id, result.Logprob(c.id), rank});
    }
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
  EXPECT_EQ(report(1).processed.token, (TokenLogprob{1, kNever, 3}));
  EXPECT_EQ(report(1).raw.token, (TokenLogprob{1, kNever, 4}));
  EXPECT_EQ(report(0).raw.top.size(), 3u);
  EXPECT_EQ(report(0).processed.top.size(), 2u);
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

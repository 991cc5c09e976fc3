// No memory allocation per token: after the workspace has met a chain on rows
// of a size, sampling more of them allocates nothing. Counted by replacing the
// global operator new.

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/batch.h"
#include "sampler/config.h"
#include "sampler/logprobs.h"
#include "sampler/pipeline.h"
#include "tests/support/count_allocations.h"
#include "tests/support/library_adapter.h"
#include "tests/support/random_chain.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

TEST(Sampling, AllocatesNothingOnceTheWorkspaceHasGrown) {
  constexpr int kSize = 32'000;
  std::mt19937_64 random(5);
  std::vector<std::vector<float>> rows;
  for (const RowKind kind : kAllRowKinds) {
    rows.push_back(MakeRow(kind, kSize, random()));
  }
  Workspace workspace;
  int drawn = 0;
  const StepInputs inputs = {.unconditional = Logits(rows[0]), .uniform = 0.7};
  for (int c = 0; c < Share(60); ++c) {
    nlohmann::json stages = RandomChain(random, kSize);
    if (!EndsInDraw(stages)) {
      stages.push_back({{"type", "categorical"}});
    }
    const auto config =
        ParseConfig(nlohmann::json{{"version", 1}, {"stages", stages}}.dump());
    ASSERT_TRUE(config.ok()) << config.status();
    const auto pipeline = Pipeline::Create(*config, kSize);
    ASSERT_TRUE(pipeline.ok()) << pipeline.status();
    const oracle::Context context = RandomContext(random, kSize);
    const auto sequence =
        Sequence::Create(kSize, {context.seed, context.stream, context.prompt});
    ASSERT_TRUE(sequence.ok());
    const auto sample_all = [&] {
      for (const std::vector<float>& row : rows) {
        const Token token = pipeline->Sample(row, *sequence, workspace,
                                             pipeline->OnlyRead(inputs));
        drawn += token.status == RowStatus::kOk ? 1 : 0;
      }
    };
    sample_all();
    const int before = AllocationCount();
    sample_all();
    EXPECT_EQ(AllocationCount() - before, 0) << stages.dump();
  }
  EXPECT_GT(drawn, 0);
}

// Reports of either distribution, into memory of the caller's.
TEST(Reports, AllocateNothingOnceTheReporterHasGrown) {
  constexpr int kSize = 32'000;
  std::mt19937_64 random(6);
  Workspace workspace;
  LogprobReporter reporter;
  std::vector<TokenLogprob> room(2 * 20);
  LogprobReport raw;
  LogprobReport processed;
  std::vector<std::vector<float>> rows;
  for (const RowKind kind : kAllRowKinds) {
    rows.push_back(MakeRow(kind, kSize, random()));
  }
  const auto sequence = Sequence::Create(kSize, {});
  for (const char* stages :
       {R"({"type": "top_k", "k": 40}, {"type": "categorical"})",
        R"({"type": "temperature", "temperature": 2}, {"type": "categorical"})",
        R"({"type": "logit_bias", "bias": {"3": false, "7": 9}},
           {"type": "top_p", "p": 0.99}, {"type": "categorical"})"}) {
    const auto config = ParseConfig(
        absl::StrCat(R"({"version": 1, "stages": [)", stages, "]}"));
    ASSERT_TRUE(config.ok()) << config.status();
    const auto pipeline = Pipeline::Create(*config, kSize);
    const auto report_all = [&] {
      for (const std::vector<float>& row : rows) {
        raw.top = absl::MakeSpan(room).first(20);
        processed.top = absl::MakeSpan(room).last(20);
        const BatchRow step = {.pipeline = &*pipeline,
                               .logits = row,
                               .sequence = &*sequence,
                               .raw = &raw,
                               .processed = &processed};
        Token token;
        SampleBatch(absl::MakeConstSpan(&step, 1), absl::MakeSpan(&token, 1),
                    workspace, &reporter);
        EXPECT_EQ(raw.token.id, token.id);
      }
    };
    report_all();
    const int before = AllocationCount();
    report_all();
    EXPECT_EQ(AllocationCount() - before, 0) << stages;
  }
}

}  // namespace
}  // namespace sampler

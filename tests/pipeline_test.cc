#include "sampler/pipeline.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/candidates/candidates.h"
#include "sampler/config.h"
#include "sampler/step_observer.h"
#include "tests/support/everyday_chain.h"
#include "tests/support/pipelines.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

// ---- Create -----------------------------------------------------------------

TEST(Create, RefusesBadVocabularySizes) {
  const PipelineConfig config{.stages = {{"greedy"}}};
  for (const std::int64_t size :
       {std::int64_t{0}, std::int64_t{-1}, (std::int64_t{1} << 20) + 1,
        std::numeric_limits<std::int64_t>::min(),
        std::numeric_limits<std::int64_t>::max()}) {
    const absl::StatusOr<Pipeline> p = Pipeline::Create(config, size);
    EXPECT_EQ(p.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(p.status().message(),
              absl::StrCat("vocabulary size: got ", size,
                           ", want an integer in [1, 1048576]"));
  }
  EXPECT_TRUE(Pipeline::Create(config, 1).ok());
  EXPECT_TRUE(Pipeline::Create(config, 1 << 20).ok());
}

TEST(Create, ReportsEveryProblemAtOnce) {
  const PipelineConfig config{
      .stages = {{"top_p", {{"p", 1.5}}},
                 {"topk", {{"k", 3}}},
                 {"logit_bias", {{"bias", Value::Object{{"9", 1.0}}}}},
                 {"temperature"}}};
  EXPECT_EQ(Pipeline::Create(config, 5).status().message(),
            "/stages/0/p: got 1.5, want a finite number in [0, 1]\n"
            "/stages/1/type: unknown stage \"topk\", did you mean \"top_k\"?\n"
            "/stages/2/bias/9: got the key \"9\", want a token id in [0, 5)\n"
            "/stages/3: want either \"temperature\" or \"schedule\"\n"
            "/stages: no draw at the end, want \"categorical\", \"greedy\" or "
            "another draw as "
            "the last stage");
}

TEST(Create, RefusesNumbersThatAreNone) {
  for (const double p : {std::numeric_limits<double>::quiet_NaN(),
                         std::numeric_limits<double>::infinity(),
                         -std::numeric_limits<double>::infinity(), -1e-300,
                         std::nextafter(1.0, 2.0)}) {
    const PipelineConfig config{.stages = {{"top_p", {{"p", p}}}, {"greedy"}}};
    EXPECT_FALSE(Pipeline::Create(config, 5).ok()) << p;
  }
  for (const double p : {0.0, -0.0, 5e-324, 1.0}) {
    const PipelineConfig config{.stages = {{"top_p", {{"p", p}}}, {"greedy"}}};
    EXPECT_TRUE(Pipeline::Create(config, 5).ok()) << p;
  }
}

TEST(Create, KeepsItsConfigAndSize) {
  const PipelineConfig config{
      .description = "x", .seed = 7, .stages = {{"greedy"}}};
  const Pipeline pipeline = Pipeline::Create(config, 9).value();
  EXPECT_TRUE(pipeline.config() == config);
  EXPECT_EQ(pipeline.vocabulary_size(), 9);
  const Pipeline copy = pipeline;
  EXPECT_EQ(&copy.config(), &pipeline.config());
}

// ---- Process and Sample -----------------------------------------------------

TEST(Process, RefusesRowsAndSequencesOfAnotherSize) {
  const Pipeline pipeline = MakePipeline(kEverydayChain, 100);
  Workspace workspace;
  const std::vector<float> row(101, 1.0f);
  const auto status = [&](std::size_t row_size, std::int64_t sequence_size) {
    const Logits logits(row.data(), DType::kF32, row_size);
    const Sequence sequence = MakeSequence(sequence_size);
    const Token token = pipeline.Sample(logits, sequence, workspace);
    EXPECT_EQ(token.id == -1, token.status != RowStatus::kOk);
    const Distribution d = pipeline.Process(logits, sequence, workspace);
    EXPECT_EQ(d.status(), token.status);
    EXPECT_EQ(d.Count() == 0, token.status != RowStatus::kOk);
    return token.status;
  };
  EXPECT_EQ(status(100, 100), RowStatus::kOk);
  EXPECT_EQ(status(99, 100), RowStatus::kWrongSize);
  EXPECT_EQ(status(101, 100), RowStatus::kWrongSize);
  EXPECT_EQ(status(100, 101), RowStatus::kWrongSize);
  EXPECT_EQ(status(101, 101), RowStatus::kWrongSize);
  EXPECT_EQ(status(0, 100), RowStatus::kWrongSize);
  EXPECT_EQ(status(100, 100), RowStatus::kOk);
}

// Order and contents of a step, as an observer sees it.
class Recorder : public StepObserver {
 public:
  void BeforeStage(std::size_t index, const Candidates& c) override {
    absl::StrAppend(&log, "before ", index, ": ", c.Count(), "\n");
  }
  void AfterStage(std::size_t index, const Candidates& c) override {
    absl::StrAppend(&log, "after ", index, ": ", c.Count(), "\n");
  }
  void OnTruncation(const Truncation& t) override {
    absl::StrAppend(&log, "kept ", t.kept, " of ", t.before, "\n");
  }
  std::string log;
};

TEST(Process, ShowsEveryStageToItsObserver) {
  const Pipeline pipeline =
      MakePipeline(R"({"type": "suppress_tokens", "ids": [0]},
                      {"type": "top_k", "k": 3}, {"type": "greedy"})",
                   5);
  const std::vector<float> row = {9, 1, 2, 3, 4};
  Workspace workspace;
  Recorder recorder;
  const Distribution d =
      pipeline.Process(absl::Span<const float>(row), MakeSequence(5), workspace,
                       /*inputs=*/{}, &recorder);
  EXPECT_EQ(recorder.log,
            "before 0: 5\nafter 0: 4\n"
            "before 1: 4\nkept 3 of 4\nafter 1: 3\n"
            "before 2: 3\nkept 1 of 3\nafter 2: 1\n");
  EXPECT_EQ(d.Count(), 1);
}

TEST(Process, StopsAtTheStageThatBreaksTheRow) {
  const Pipeline pipeline =
      MakePipeline(R"({"type": "suppress_tokens", "ids": [0, 1]},
                      {"type": "top_k", "k": 3}, {"type": "greedy"})",
                   2);
  const std::vector<float> row = {9, 1};
  Workspace workspace;
  Recorder recorder;
  EXPECT_EQ(pipeline
                .Process(absl::Span<const float>(row), MakeSequence(2),
                         workspace, /*inputs=*/{}, &recorder)
                .status(),
            RowStatus::kNoCandidate);
  EXPECT_EQ(recorder.log, "before 0: 2\nafter 0: 0\n");
}

TEST(Process, TellsTheSameWithAnObserver) {
  const Pipeline pipeline = MakePipeline(kEverydayChain, 1000);
  Workspace a, b;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const std::vector<float> row = MakeRow(RowKind::kTied, 1000, seed);
    const Sequence sequence = MakeSequence(1000, {1, 2, 3}, {4}, seed);
    Recorder recorder;
    const Distribution watched =
        pipeline.Process(absl::Span<const float>(row), sequence, a,
                         /*inputs=*/{}, &recorder);
    const Distribution alone =
        pipeline.Process(absl::Span<const float>(row), sequence, b);
    ASSERT_EQ(watched.Count(), alone.Count());
    ASSERT_EQ(watched.TotalMass(), alone.TotalMass());
    ASSERT_EQ(pipeline.DrawFrom(watched, sequence, a).id,
              pipeline.Sample(absl::Span<const float>(row), sequence, b).id);
  }
}

TEST(Distribution, AnswersByItsMasses) {
  const std::vector<double> row = Logs({0.5, 0.25, 0.125, 0.125});
  const Pipeline pipeline = MakePipeline(R"({"type": "top_k", "k": 2})", 4);
  Workspace workspace;
  const Distribution d = pipeline.Process(absl::Span<const double>(row),
                                          MakeSequence(4), workspace);
  EXPECT_EQ(d.Count(), 2);
  EXPECT_NEAR(d.Probability(0), 2.0 / 3.0, 1e-15);
  EXPECT_NEAR(d.Probability(1), 1.0 / 3.0, 1e-15);
  EXPECT_EQ(d.Probability(2), 0.0);
  EXPECT_EQ(d.Probability(-1), 0.0);
  EXPECT_EQ(d.Probability(4), 0.0);
  EXPECT_EQ(d.Logprob(2), -std::numeric_limits<double>::infinity());
  EXPECT_NEAR(d.Logprob(1), std::log(1.0 / 3.0), 1e-15);
  EXPECT_TRUE(d.Contains(1));
  EXPECT_FALSE(d.Contains(2));
  EXPECT_EQ(d.Rank(1), 2);
  EXPECT_EQ(d.Rank(3), 0);
  EXPECT_NEAR(d.Entropy(), std::log(3.0) - 2.0 / 3.0 * std::log(2.0), 1e-15);
  EXPECT_EQ(d.Top(10).size(), 2u);
  EXPECT_EQ(d.Top(0).size(), 0u);
  EXPECT_EQ(d.TotalMass(), Mass{d.WeightOf(0)} + d.WeightOf(1));
}

TEST(Distribution, OfABadRowAnswersAsAnEmptySet) {
  const Pipeline pipeline = MakePipeline("", 3);
  const Sequence sequence = MakeSequence(3);
  Workspace workspace;
  const std::vector<double> row = {std::nan(""), 1.0, 2.0};
  const Distribution bad = pipeline.Process(row, sequence, workspace);
  EXPECT_EQ(bad.status(), RowStatus::kNan);
  EXPECT_EQ(bad.Count(), 0);
  EXPECT_FALSE(bad.Contains(1));
  EXPECT_EQ(bad.Probability(1), 0.0);
  EXPECT_EQ(bad.Rank(1), 0);
  EXPECT_EQ(bad.Draw(5), -1);
  EXPECT_TRUE(bad.Top(3).empty());
  EXPECT_EQ(bad.TotalMass(), Mass{0});
  bad.ForEach([](TokenId, double) { FAIL() << "there is nothing to visit"; });
}

TEST(NewSequence, TakesTheConfigsSeedUnlessToldOtherwise) {
  PipelineConfig config{.seed = 7, .stages = {{"categorical"}}};
  const Pipeline pipeline = Pipeline::Create(config, 3).value();
  EXPECT_EQ(pipeline.NewSequence()->seed(), 7u);
  EXPECT_EQ(pipeline.NewSequence({.seed = 0})->seed(), 0u);
  EXPECT_EQ(pipeline.NewSequence()->vocabulary_size(), 3);
  config.seed.reset();
}

TEST(Distribution, OutlivesAMoveOfItsWorkspace) {
  const std::vector<float> row = {1, 2, 3};
  const Pipeline pipeline = MakePipeline("", 3);
  Workspace workspace;
  const Distribution d = pipeline.Process(absl::Span<const float>(row),
                                          MakeSequence(3), workspace);
  const Workspace moved = std::move(workspace);
  EXPECT_EQ(d.Top(1)[0].id, 2);
}

TEST(Token, SaysNothingUnlessItIsOk) {
  const Token token;
  EXPECT_EQ(token.id, -1);
  EXPECT_NE(token.status, RowStatus::kOk);
  EXPECT_EQ(token.u(), 0.0);
}

}  // namespace
}  // namespace sampler

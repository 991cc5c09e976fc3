// Steps: draws that belong to their row, sequence and workspace, or a status.

#include "sampler/step.h"

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "sampler/stages/registry.h"
#include "tests/support/pipelines.h"
#include "tests/support/stage_examples.h"

namespace sampler {
namespace {

constexpr std::int64_t kSize = 40;

// A chain of the house, or of the parity mode.
struct Chain {
  std::string stages;
  bool parity = false;
  bool draws_for_forks = true;
};

std::vector<Chain> Chains() {
  std::vector<Chain> chains = {
      {R"({"type": "categorical", "order": "rank"})"},
      {R"({"type": "greedy"})"},
      {R"({"type": "xtc", "probability": 0.5, "threshold": 0.02},
          {"type": "categorical"})",
       false, false},
      // Not tossed: the coin is never looked at.
      {R"({"type": "xtc", "probability": 1, "threshold": 0.02},
          {"type": "categorical"})"},
      {R"({"type": "xtc", "probability": 0, "threshold": 0.02},
          {"type": "categorical"})"},
      {R"({"type": "mirostat"}, {"type": "categorical"})"},
      {R"({"type": "gumbel_top_k", "n": 4})"},
      {R"({"type": "top_k", "k": 5}, {"type": "gumbel_max"})"},
      {R"({"type": "gumbel_watermark", "key": 7,
          "context_width": 2})"},
      {R"({"type": "top_k", "k": 5}, {"type": "synthid", "keys": [1, 2]})"},
      {R"({"type": "categorical"})", true, false},
      {R"({"type": "top_k", "k": 3}, {"type": "greedy"})", true},
      {R"({"type": "mirostat"}, {"type": "categorical"})", true, false},
      {R"({"type": "adaptive_p", "target": 0.4}, {"type": "categorical"})",
       true, false},
      {R"({"type": "xtc", "probability": 0.5, "threshold": 0.02, "fire": "le"},
          {"type": "greedy"})",
       true, false},
  };
  return chains;
}

Pipeline Make(const Chain& chain) {
  const auto config =
      ParseConfig(absl::StrCat(R"({"version": 1, "rng": ")",
                               chain.parity ? "llama_cpp" : "house",
                               R"(", "stages": [)", chain.stages, "]}"),
                  kSize);
  EXPECT_TRUE(config.ok()) << config.status();
  return Pipeline::Create(*config, kSize).value();
}

std::vector<float> RandomRow(std::mt19937_64& random) {
  std::vector<float> row(kSize);
  for (float& logit : row) logit = static_cast<float>(random() % 64) / 16;
  return row;
}

void ExpectSame(const Token& a, const Token& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.bits, b.bits);
  EXPECT_EQ(a.state.values, b.state.values);
  EXPECT_EQ(a.state.owner, b.state.owner);
}

TEST(Step, DrawsTheTokenOfSample) {
  std::mt19937_64 random(1);
  for (const Chain& chain : Chains()) {
    SCOPED_TRACE(chain.stages);
    const Pipeline pipeline = Make(chain);
    Sequence sequence = pipeline.NewSequence({.seed = 5}).value();
    Workspace workspace;
    Workspace other;
    for (int i = 0; i < 20; ++i) {
      const std::vector<float> row = RandomRow(random);
      const Step step = pipeline.Process(row, sequence, workspace);
      const Token token = step.Draw();
      ExpectSame(token, pipeline.Sample(row, sequence, other));
      ExpectSame(token, step.Draw());
      ExpectSame(token,
                 pipeline.DrawFrom(step.distribution(), sequence, workspace));
      ASSERT_EQ(step.status(), RowStatus::kOk);
      EXPECT_TRUE(step.distribution().Contains(token.id));
      const auto all = step.DrawAll();
      ASSERT_FALSE(all.empty());
      EXPECT_EQ(all[0], token.id);
      EXPECT_EQ(pipeline.DrawAll(step.distribution(), sequence, workspace)[0],
                token.id);
      ASSERT_TRUE(sequence.Accept(token).ok());
    }
  }
}

// For each fork the token of Sample, or none.
TEST(Step, DrawsForForksWhatTheyWouldSampleOrNothing) {
  std::mt19937_64 random(2);
  for (const Chain& chain : Chains()) {
    SCOPED_TRACE(chain.stages);
    const Pipeline pipeline = Make(chain);
    Sequence sequence =
        pipeline.NewSequence({.seed = 5, .prompt = {1, 2}}).value();
    Workspace workspace;
    Workspace other;
    for (int i = 0; i < 10; ++i) {
      const std::vector<float> row = RandomRow(random);
      const Step step = pipeline.Process(row, sequence, workspace);
      for (std::uint32_t n = 1; n < 20; ++n) {
        const Sequence fork = sequence.Fork(n);
        const Token token = step.DrawFor(fork);
        if (chain.draws_for_forks) {
          ExpectSame(token, pipeline.Sample(row, fork, other));
        } else {
          EXPECT_EQ(token.status, RowStatus::kWrongStep);
          EXPECT_EQ(token.id, -1);
          EXPECT_TRUE(step.DrawAllFor(fork).empty());
        }
        ExpectSame(token,
                   pipeline.DrawFrom(step.distribution(), fork, workspace));
      }
      // A copy is the sequence itself.
      const Sequence copy = sequence;
      ExpectSame(step.DrawFor(copy), step.Draw());
      ASSERT_TRUE(sequence.Accept(step.Draw()).ok());
    }
  }
}

// No stage can look at the coins unnoticed: what differs between forks is
// refused, for every stage of the registry.
TEST(Step, RefusesForksWhereverTheyWouldDiffer) {
  std::mt19937_64 random(3);
  const std::vector<float> zeros(kSize);
  for (const Example& e : Examples()) {
    SCOPED_TRACE(e.type);
    const Pipeline pipeline = MakePipeline(Active(e), kSize);
    const StepInputs inputs =
        pipeline.OnlyRead({.unconditional = Logits(zeros), .uniform = 0.3});
    Workspace workspace;
    Workspace other;
    const Sequence sequence =
        pipeline.NewSequence({.seed = 5, .prompt = {1, 2, 1, 2, 1}}).value();
    for (int i = 0; i < 5; ++i) {
      const std::vector<float> row = RandomRow(random);
      const Step step = pipeline.Process(row, sequence, workspace, inputs);
      for (std::uint32_t n = 1; n < 10; ++n) {
        const Sequence fork = sequence.Fork(n);
        const Token token = step.DrawFor(fork);
        if (token.status == RowStatus::kWrongStep) continue;
        ExpectSame(token, pipeline.Sample(row, fork, other, inputs));
      }
    }
  }
}

TEST(Step, DrawsNothingForOtherSequences) {
  const Pipeline pipeline =
      Make({R"({"type": "mirostat"}, {"type": "categorical"})"});
  const std::vector<float> row(kSize, 1.0F);
  Sequence sequence =
      pipeline.NewSequence({.seed = 5, .prompt = {1, 2}}).value();
  ASSERT_TRUE(sequence.AcceptId(3).ok());
  Workspace workspace;
  const Step step = pipeline.Process(row, sequence, workspace);
  const auto refuses = [&](const Sequence& other) {
    return step.DrawFor(other).status == RowStatus::kWrongStep &&
           step.DrawAllFor(other).empty() &&
           pipeline.DrawFrom(step.distribution(), other, workspace).status ==
               RowStatus::kWrongStep;
  };
  EXPECT_FALSE(refuses(sequence.Fork(1)));
  Sequence longer = sequence.Fork(1);
  ASSERT_TRUE(longer.AcceptId(4).ok());
  EXPECT_TRUE(refuses(longer));
  Sequence other_output = sequence;
  ASSERT_TRUE(other_output.Rollback(1).ok());
  EXPECT_TRUE(refuses(other_output));
  ASSERT_TRUE(other_output.AcceptId(2).ok());
  EXPECT_TRUE(refuses(other_output));
  Sequence other_prompt =
      pipeline.NewSequence({.seed = 5, .prompt = {1, 3}}).value();
  ASSERT_TRUE(other_prompt.AcceptId(3).ok());
  EXPECT_TRUE(refuses(other_prompt));
  Sequence later = sequence.Fork(1);
  later.set_clock(7);
  EXPECT_TRUE(refuses(later));
  // One that has learnt something else.
  Sequence learnt = sequence;
  ASSERT_TRUE(learnt.Rollback(1).ok());
  Workspace elsewhere;
  Token token = pipeline.Sample(row, learnt, elsewhere);
  token.id = 3;
  ASSERT_TRUE(learnt.Accept(token).ok());
  ASSERT_EQ(learnt.history().output()[0], 3);
  EXPECT_TRUE(refuses(learnt));
  EXPECT_EQ(step.status(), RowStatus::kOk);
}

TEST(Step, IsOverOnceItsWorkspaceIsUsedAgain) {
  std::mt19937_64 random(4);
  for (const Chain& chain : Chains()) {
    SCOPED_TRACE(chain.stages);
    const Pipeline pipeline = Make(chain);
    const Sequence sequence = pipeline.NewSequence({.seed = 5}).value();
    const std::vector<float> row = RandomRow(random);
    const std::vector<float> later = RandomRow(random);
    Workspace workspace;
    const Step step = pipeline.Process(row, sequence, workspace);
    const Distribution left = step.distribution();
    ASSERT_EQ(step.Draw().status, RowStatus::kOk);
    // Another row, one that is refused, and the same one again.
    for (const std::vector<float>& next : {later, std::vector<float>(3), row}) {
      (void)pipeline.Sample(next, sequence, workspace);
      EXPECT_EQ(step.status(), RowStatus::kWrongStep);
      EXPECT_EQ(step.Draw().status, RowStatus::kWrongStep);
      EXPECT_EQ(step.Draw().id, -1);
      EXPECT_TRUE(step.DrawAll().empty());
      EXPECT_EQ(step.DrawFor(sequence.Fork(2)).status, RowStatus::kWrongStep);
      EXPECT_EQ(left.status(), RowStatus::kWrongStep);
      EXPECT_EQ(left.Count(), 0);
      EXPECT_EQ(left.Probability(1), 0.0);
      EXPECT_EQ(left.Draw(5), -1);
      EXPECT_EQ(pipeline.DrawFrom(left, sequence, workspace).status,
                RowStatus::kWrongStep);
      EXPECT_TRUE(pipeline.DrawAll(left, sequence, workspace).empty());
    }
  }
}

TEST(Step, IsOverOnceItsSequenceHasMoved) {
  const Pipeline pipeline = Make({R"({"type": "categorical"})"});
  const std::vector<float> row(kSize, 1.0F);
  Sequence sequence = pipeline.NewSequence({.seed = 5}).value();
  Workspace workspace;
  const Step step = pipeline.Process(row, sequence, workspace);
  const Token token = step.Draw();
  ASSERT_TRUE(sequence.Accept(token).ok());
  EXPECT_EQ(step.status(), RowStatus::kWrongStep);
  EXPECT_EQ(step.Draw().status, RowStatus::kWrongStep);
  // What is left of the row is what it was.
  EXPECT_EQ(step.distribution().Count(), kSize);
  // Other tokens at the same position: another text.
  ASSERT_TRUE(sequence.Rollback(1).ok());
  EXPECT_EQ(step.Draw().status, RowStatus::kWrongStep);
  const Step again = pipeline.Process(row, sequence, workspace);
  ExpectSame(again.Draw(), token);
  sequence.set_clock(3);
  EXPECT_EQ(again.Draw().status, RowStatus::kWrongStep);
}

// Defect: with another workspace than that of Process a draw was "ok", and
// taught mirostat nonsense.
TEST(Step, TakesNoOtherWorkspaceAndNoOtherPipeline) {
  std::mt19937_64 random(5);
  for (const Chain& chain : Chains()) {
    SCOPED_TRACE(chain.stages);
    const Pipeline pipeline = Make(chain);
    const Pipeline other = Make({R"({"type": "greedy"})"});
    const Sequence sequence = pipeline.NewSequence({.seed = 5}).value();
    const std::vector<float> row = RandomRow(random);
    Workspace workspace;
    Workspace foreign;
    Workspace used;
    (void)pipeline.Sample(RandomRow(random), sequence, used);
    const Distribution left = pipeline.Process(row, sequence, workspace);
    for (Workspace* wrong : {&foreign, &used}) {
      EXPECT_EQ(pipeline.DrawFrom(left, sequence, *wrong).status,
                RowStatus::kWrongStep);
      EXPECT_TRUE(pipeline.DrawAll(left, sequence, *wrong).empty());
    }
    EXPECT_EQ(other.DrawFrom(left, sequence, workspace).status,
              RowStatus::kWrongStep);
    EXPECT_EQ(pipeline.DrawFrom(left, sequence, workspace).status,
              RowStatus::kOk);
  }
}

TEST(Step, HasTheStatusOfABadRow) {
  const Pipeline pipeline = Make({R"({"type": "categorical"})"});
  const Sequence sequence = pipeline.NewSequence({.seed = 5}).value();
  Workspace workspace;
  std::vector<float> row(kSize, 1.0F);
  row[3] = std::numeric_limits<float>::quiet_NaN();
  const Step step = pipeline.Process(row, sequence, workspace);
  EXPECT_EQ(step.status(), RowStatus::kNan);
  EXPECT_EQ(step.Draw().status, RowStatus::kNan);
  EXPECT_TRUE(step.DrawAll().empty());
  EXPECT_EQ(step.DrawFor(sequence.Fork(1)).status, RowStatus::kNan);
}

// Nothing but its distribution is left of a step whose sequence, or pipeline,
// was a temporary.
TEST(Step, OfATemporarySequenceOrPipelineIsADistribution) {
  const Pipeline pipeline = Make({R"({"type": "categorical"})"});
  const std::vector<float> row(kSize, 1.0F);
  const Sequence sequence = pipeline.NewSequence({.seed = 5}).value();
  Workspace workspace;
  const auto left = pipeline.Process(row, Sequence(sequence), workspace);
  static_assert(std::is_same_v<decltype(left), const Distribution>);
  EXPECT_EQ(left.Count(), kSize);
  EXPECT_EQ(pipeline.DrawFrom(left, sequence, workspace).status,
            RowStatus::kWrongStep);
  const auto also = Pipeline(pipeline).Process(row, sequence, workspace);
  static_assert(std::is_same_v<decltype(also), const Distribution>);
  EXPECT_EQ(also.Count(), kSize);
}

TEST(Workspace, ThatWasMovedFromBeginsAnew) {
  const Pipeline pipeline = Make({R"({"type": "categorical"})"});
  const std::vector<float> row(kSize, 1.0F);
  const Sequence sequence = pipeline.NewSequence({.seed = 5}).value();
  Workspace workspace;
  const Token token = pipeline.Sample(row, sequence, workspace);
  Workspace moved = std::move(workspace);
  // NOLINTNEXTLINE(bugprone-use-after-move)
  ExpectSame(pipeline.Sample(row, sequence, workspace), token);
  ExpectSame(pipeline.Sample(row, sequence, moved), token);
}

// A type that says "draw" and makes none.
TEST(Pipeline, WantsADrawOfADrawsType) {
  StageType wrong = *StageRegistry::BuiltIn().Find("top_k");
  wrong.name = "not_a_draw";
  wrong.group = StageGroup::kDraw;
  StageRegistry registry;
  ASSERT_TRUE(registry.Add(wrong).ok());
  EXPECT_EQ(Pipeline::Create({.stages = {{"not_a_draw", {{"k", 3}}}}}, kSize,
                             registry)
                .status()
                .message(),
            "/stages/0: the type \"not_a_draw\" is of the group \"draw\", but "
            "what it makes is no Draw");
}

}  // namespace
}  // namespace sampler

// Steps: draws that belong to their row, sequence and workspace, or a status.

#include "sampler/step.h"

#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "sampler/stages/registry.h"
#include "tests/step_chains.h"
#include "tests/support/pipelines.h"
#include "tests/support/stage_examples.h"

namespace sampler {
namespace {

TEST(Step, DrawsTheTokenOfSample) {
  std::mt19937_64 random(1);
  for (const StepChain& chain : StepChains()) {
    SCOPED_TRACE(chain.stages);
    const Pipeline pipeline = Make(chain);
    Sequence sequence = pipeline.NewSequence({.seed = 5}).value();
    Workspace workspace;
    Workspace other;
    for (int i = 0; i < 20; ++i) {
      const std::vector<float> row = RandomStepRow(random);
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
  for (const StepChain& chain : StepChains()) {
    SCOPED_TRACE(chain.stages);
    const Pipeline pipeline = Make(chain);
    Sequence sequence =
        pipeline.NewSequence({.seed = 5, .prompt = {1, 2}}).value();
    Workspace workspace;
    Workspace other;
    for (int i = 0; i < 10; ++i) {
      const std::vector<float> row = RandomStepRow(random);
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
      const std::vector<float> row = RandomStepRow(random);
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

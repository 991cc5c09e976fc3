// Stages of a program with inputs and scratch memory of their own.

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "sampler/candidates/candidates.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "sampler/stages/registry.h"
#include "tests/support/pipelines.h"

namespace sampler::own_stage_test {
namespace {

// What a tool call allows for one step.
struct Allowance final : OwnInputs {
  TokenId banned = -1;
};

struct Ids final : StageScratch {
  std::vector<TokenId> ids;
  int steps = 0;
};

int made = 0;  // Scratch memories.

// Bans the allowance's token and every odd one, which it first collects.
class Allow final : public Stage {
 public:
  bool Reads(StepInput input) const override {
    return input == StepInput::kOwn;
  }
  absl::string_view MissingInput(const StepInputs& inputs) const override {
    return dynamic_cast<const Allowance*>(inputs.own) != nullptr
               ? ""
               : "an allowance";
  }
  std::unique_ptr<StageScratch> MakeScratch() const override {
    ++made;
    return std::make_unique<Ids>();
  }
  void Apply(Candidates& candidates, const StepContext& step) const override {
    auto& scratch = dynamic_cast<Ids&>(*step.scratch);
    ++scratch.steps;
    scratch.ids.clear();
    candidates.ForEach([&](TokenId id, double) {
      if (id % 2 != 0) scratch.ids.push_back(id);
    });
    for (const TokenId id : scratch.ids) candidates.Remove(id);
    candidates.Remove(dynamic_cast<const Allowance&>(*step.inputs.own).banned);
  }
};

// Has no scratch memory and is told so.
class Plain final : public Stage {
 public:
  void Apply(Candidates&, const StepContext& step) const override {
    EXPECT_EQ(step.scratch, nullptr);
  }
};

template <typename Made>
StageType TypeOf(absl::string_view name) {
  return {.name = name,
          .group = StageGroup::kEdit,
          .summary = "",
          .formula = "",
          .source = "",
          .parameters = {},
          .create = [](const Parameters&) -> std::unique_ptr<const Stage> {
            return std::make_unique<Made>();
          }};
}

Pipeline Make(std::vector<StageConfig> stages) {
  StageRegistry registry = StageRegistry::BuiltIn();
  EXPECT_TRUE(registry.Add(TypeOf<Allow>("allow")).ok());
  EXPECT_TRUE(registry.Add(TypeOf<Plain>("plain")).ok());
  return Pipeline::Create({.stages = std::move(stages)}, 6, registry).value();
}

const std::vector<float> kRow = {1, 9, 5, 8, 4, 7};

TEST(OwnStage, ReadsInputsOfTheProgram) {
  const Pipeline pipeline = Make({{"plain"}, {"allow"}, {"greedy"}});
  const Sequence sequence = MakeSequence(6);
  Workspace workspace;
  Allowance allowance;
  EXPECT_EQ(pipeline.Sample(kRow, sequence, workspace, {.own = &allowance}).id,
            2);
  allowance.banned = 2;
  EXPECT_EQ(pipeline.Sample(kRow, sequence, workspace, {.own = &allowance}).id,
            4);
  EXPECT_EQ(pipeline.Sample(kRow, sequence, workspace).status,
            RowStatus::kMissingInput);
  EXPECT_TRUE(absl::StrContains(pipeline.CheckInputs({}).message(),
                                "/stages/1: allow needs an allowance"));
  EXPECT_TRUE(pipeline.CheckInputs({.own = &allowance}).ok());
}

TEST(OwnStage, AnInputThatNoStageReadsIsAnError) {
  const Pipeline pipeline = Make({{"plain"}, {"greedy"}});
  const Allowance allowance;
  Workspace workspace;
  EXPECT_EQ(
      pipeline.Sample(kRow, MakeSequence(6), workspace, {.own = &allowance})
          .status,
      RowStatus::kUnusedInput);
  EXPECT_FALSE(pipeline.CheckInputs({.own = &allowance}).ok());
  EXPECT_EQ(pipeline.OnlyRead({.own = &allowance}).own, nullptr);
}

TEST(OwnStage, HasScratchMemoryOfItsOwnInEveryWorkspace) {
  const Allowance allowance;
  const Sequence sequence = MakeSequence(6);
  made = 0;
  const Pipeline pipeline = Make({{"allow"}, {"allow"}, {"greedy"}});
  const int seen = made;  // By the look whether there is any.
  Workspace one;
  Workspace other;
  for (int step = 0; step < 5; ++step) {
    for (Workspace* const workspace : {&one, &other}) {
      EXPECT_EQ(
          pipeline.Sample(kRow, sequence, *workspace, {.own = &allowance}).id,
          2);
    }
  }
  EXPECT_EQ(made, seen + 4);
}

// More pipelines than a workspace remembers, each freed before the next.
TEST(OwnStage, NeverGetsTheMemoryOfAnother) {
  const Allowance allowance;
  Workspace workspace;
  for (int i = 0; i < 200; ++i) {
    const Pipeline pipeline = Make({{"allow"}, {"plain"}, {"greedy"}});
    for (int step = 0; step < 2; ++step) {
      EXPECT_EQ(
          pipeline.Sample(kRow, MakeSequence(6), workspace, {.own = &allowance})
              .id,
          2);
    }
  }
}

}  // namespace
}  // namespace sampler::own_stage_test

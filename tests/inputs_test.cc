// Inputs of a step: given and read, or an error.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/batch.h"
#include "sampler/candidates/candidates.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "sampler/stages/registry.h"
#include "tests/support/pipelines.h"
#include "tests/support/stage_examples.h"

namespace sampler::inputs_test {
namespace {

constexpr std::int64_t kSize = 8;

const std::vector<double>& Row() {
  static const auto* const row =
      new std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8};
  return *row;
}

// Which stage reads an input, and the input alone.
struct Case {
  StepInput input;
  std::string reader;
  std::string name;
  StepInputs inputs;
};

std::vector<Case> Cases() {
  static const std::vector<std::uint32_t>* const words =
      new std::vector<std::uint32_t>{0xFF};
  return {
      {StepInput::kMask,
       "mask",
       "a mask",
       {.mask = TokenMask(absl::MakeConstSpan(*words))}},
      {StepInput::kUnconditional,
       "guidance",
       "a second logits row",
       {.unconditional = absl::MakeConstSpan(Row())}},
      {StepInput::kUniform, "arithmetic", "a code point", {.uniform = 0.5}}};
}

// What every way to give an input makes of it.
void ExpectEverywhere(const Pipeline& pipeline, const StepInputs& inputs,
                      bool refused) {
  const Sequence sequence = pipeline.NewSequence({.seed = 1}).value();
  Workspace workspace;
  const absl::Span<const double> row(Row());
  const Token token = pipeline.Sample(row, sequence, workspace, inputs);
  EXPECT_EQ(token.status == RowStatus::kUnusedInput, refused);
  EXPECT_EQ(token.id == -1, token.status != RowStatus::kOk);
  EXPECT_EQ(pipeline.Process(row, sequence, workspace, inputs).status(),
            token.status);
  const BatchRow batch[] = {{&pipeline, row, &sequence, inputs}};
  Token of_batch[1];
  SampleBatch(batch, of_batch, workspace);
  EXPECT_EQ(of_batch[0].status, token.status);
  EXPECT_EQ(absl::StrContains(pipeline.CheckInputs(inputs).message(),
                              "was given, but no stage reads it"),
            refused);
  // The next row is none the wiser.
  EXPECT_NE(pipeline.Sample(row, sequence, workspace, pipeline.OnlyRead(inputs))
                .status,
            RowStatus::kUnusedInput);
}

TEST(Inputs, ThatNoStageReadsAreAnError) {
  std::vector<std::string> chains = {"", R"({"type": "greedy"})"};
  for (const Example& e : Examples()) {
    for (const std::string& parameters : {e.active, e.neutral}) {
      if (parameters.empty()) continue;
      chains.push_back(
          absl::StrCat(R"({"type": ")", e.type, R"(", )", parameters, "}"));
    }
  }
  for (const std::string& chain : chains) {
    SCOPED_TRACE(chain);
    const Pipeline pipeline = MakePipeline(chain, kSize);
    for (const Case& c : Cases()) {
      const bool reads =
          absl::StrContains(chain, absl::StrCat("\"", c.reader, "\""));
      EXPECT_EQ(pipeline.Reads(c.input), reads);
      ExpectEverywhere(pipeline, c.inputs, !reads);
    }
  }
}

TEST(Inputs, OfAParityModeAreAnError) {
  const auto config = ParseConfig(
      R"({"version": 1, "rng": "llama_cpp", "stages": [
          {"type": "top_k", "k": 3}, {"type": "categorical"}]})");
  const Pipeline pipeline = Pipeline::Create(*config, kSize).value();
  for (const Case& c : Cases()) ExpectEverywhere(pipeline, c.inputs, true);
}

TEST(Inputs, SaysWhichStageWouldReadThem) {
  const Pipeline none = MakePipeline("", kSize);
  for (const Case& c : Cases()) {
    EXPECT_EQ(none.CheckInputs(c.inputs).message(),
              absl::StrCat(c.name,
                           " was given, but no stage reads it, want a stage \"",
                           c.reader, "\""));
  }
  EXPECT_TRUE(none.CheckInputs({}).ok());
  const Pipeline draw = MakePipeline(R"({"type": "arithmetic"})", kSize);
  StepInputs all = {.unconditional = absl::MakeConstSpan(Row()),
                    .uniform = 0.25};
  EXPECT_EQ(draw.CheckInputs(all).message(),
            "a second logits row was given, but no stage reads it, want a "
            "stage \"guidance\"");
  all = draw.OnlyRead(all);
  EXPECT_FALSE(all.unconditional.has_value());
  EXPECT_EQ(all.uniform, 0.25);
  EXPECT_TRUE(draw.CheckInputs(all).ok());
}

// At scale 1 guidance wants no second row, but may be given one.
TEST(Inputs, MayBeGivenToAStageThatIsNeutral) {
  const Pipeline pipeline =
      MakePipeline(R"({"type": "guidance", "scale": 1})", kSize);
  EXPECT_TRUE(pipeline.CheckInputs({}).ok());
  EXPECT_TRUE(
      pipeline.CheckInputs({.unconditional = absl::MakeConstSpan(Row())}).ok());
}

// Stages of a program say themselves what they read.
class Reader final : public Stage {
 public:
  static StageType Type() {
    return {.name = "reader",
            .group = StageGroup::kEdit,
            .summary = "",
            .formula = "",
            .source = "",
            .parameters = {},
            .create = [](const Parameters&) -> std::unique_ptr<const Stage> {
              return std::make_unique<Reader>();
            }};
  }
  bool Reads(StepInput input) const override {
    return input == StepInput::kMask;
  }
  void Apply(Candidates& candidates, const StepContext& step) const override {
    if (step.inputs.mask.has_value()) candidates.KeepTop(1);
  }
};

TEST(Inputs, AreReadByStagesOfAProgram) {
  StageRegistry registry = StageRegistry::BuiltIn();
  ASSERT_TRUE(registry.Add(Reader::Type()).ok());
  const Pipeline pipeline =
      Pipeline::Create({.stages = {{"reader"}, {"categorical"}}}, kSize,
                       registry)
          .value();
  const std::vector<Case> cases = Cases();
  ExpectEverywhere(pipeline, cases[0].inputs, false);
  ExpectEverywhere(pipeline, cases[1].inputs, true);
}

}  // namespace
}  // namespace sampler::inputs_test

// Random legal stages of every type of the registry, and what they leave of a
// row: for the tests of what types say of their stages.

#ifndef SAMPLER_TESTS_STAGES_RANDOM_STAGES_H_
#define SAMPLER_TESTS_STAGES_RANDOM_STAGES_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "sampler/stage_lookup.h"
#include "sampler/stages/registry.h"
#include "tests/support/random_parameters.h"
#include "tests/support/stage_examples.h"

namespace sampler {

inline constexpr std::int64_t kFactsWidth = 32;
inline constexpr double kFactsInfinity =
    std::numeric_limits<double>::infinity();
using FactsRow = std::vector<double>;

struct FactsText {
  std::vector<std::int32_t> prompt = {3, 1, 4, 1, 5};
  std::vector<std::int32_t> output = {9, 2, 6, 5, 3, 5, 1, 4, 1};
};

// The stage, before a draw where it is none itself.
inline PipelineConfig ChainWith(const StageConfig& stage) {
  PipelineConfig config = {.phases = SomePhases(), .stages = {stage}};
  if (GroupOf(stage) != StageGroup::kDraw) {
    config.stages.push_back({"categorical"});
  }
  return config;
}

// The logits that `stage` leaves of `row`; what it removed is at -inf.
inline FactsRow Left(const StageConfig& stage, const FactsRow& row,
                     const FactsText& text = {}) {
  const PipelineConfig config = ChainWith(stage);
  const Pipeline pipeline = Pipeline::Create(config, kFactsWidth).value();
  Sequence sequence =
      pipeline.NewSequence({.seed = 7, .prompt = text.prompt}).value();
  for (const std::int32_t id : text.output) {
    EXPECT_TRUE(sequence.AcceptId(id).ok());
  }
  const FactsRow second(kFactsWidth, 0.25);
  StepInputs inputs;
  inputs.unconditional = absl::MakeConstSpan(second);
  inputs.uniform = 0.5;
  Workspace workspace;
  const Distribution left = pipeline.Process(
      absl::MakeConstSpan(row), sequence, workspace, pipeline.OnlyRead(inputs));
  FactsRow logits(kFactsWidth, -kFactsInfinity);
  left.ForEach([&](TokenId id, double logit) {
    logits[static_cast<std::size_t>(id)] = logit;
  });
  return logits;
}

inline FactsRow SomeRow(Random& random) {
  FactsRow row = RandomRow(random, kFactsWidth);
  if (random() % 4 == 0) row[random() % kFactsWidth] = -kFactsInfinity;
  return row;
}

// Calls f(stage, facts) for random legal stages of every type.
inline void ForRandomStages(
    const std::function<void(const StageConfig&, const StageFacts&)>& f) {
  Random random(1);
  for (const StageType& type : StageRegistry::BuiltIn().types()) {
    int legal = 0;
    for (int attempt = 0; attempt < 4000 && legal < 60; ++attempt) {
      const StageConfig stage = {std::string(type.name),
                                 RandomObject(type.parameters, random)};
      const PipelineConfig config = ChainWith(stage);
      if (!CheckConfig(config, kFactsWidth).empty()) continue;
      ++legal;
      SCOPED_TRACE(ChainText(config));
      f(stage, FactsOf(stage));
      if (testing::Test::HasFailure()) return;
    }
    EXPECT_GT(legal, 0) << type.name;
  }
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_STAGES_RANDOM_STAGES_H_

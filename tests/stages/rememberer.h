// A stage with a memory.

#ifndef SAMPLER_TESTS_STAGES_REMEMBERER_H_
#define SAMPLER_TESTS_STAGES_REMEMBERER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/candidates/candidates.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "sampler/stages/registry.h"

namespace sampler {

inline constexpr std::int64_t kRemembererSize = 50;

// Remembers the sum of the probabilities it drew with, and their number; every
// second step it leaves only the better half.
class Rememberer final : public Stage {
 public:
  static StageType Type() {
    return {.name = "rememberer",
            .group = StageGroup::kTruncate,
            .summary = "",
            .formula = "",
            .source = "",
            .parameters = {},
            .create = [](const Parameters&) -> std::unique_ptr<const Stage> {
              return std::make_unique<Rememberer>();
            }};
  }

  void Apply(Candidates& candidates, const StepContext& step) const override {
    EXPECT_EQ(step.state.size(), 2u);
    if (static_cast<std::int64_t>(step.state[1]) % 2 == 1) {
      candidates.KeepTop((candidates.Count() + 1) / 2);
    }
    candidates.Record(step.record);
  }
  std::size_t StateSize() const override { return 2; }
  void InitializeState(absl::Span<double> state) const override {
    state[0] = 0.25;
    state[1] = 0;
  }
  void UpdateState(TokenId token, const ProbabilityRecord& record,
                   absl::Span<double> state) const override {
    state[0] += record.Of(token);
    state[1] += 1;
  }
};

// Knows the Rememberer.
inline Pipeline MakePipeline(const std::vector<StageConfig>& stages) {
  StageRegistry registry = StageRegistry::BuiltIn();
  EXPECT_TRUE(registry.Add(Rememberer::Type()).ok());
  return Pipeline::Create({.stages = stages}, kRemembererSize, registry)
      .value();
}

// One before and one behind a temperature.
inline const Pipeline& TwoMemories() {
  static const Pipeline pipeline =
      MakePipeline({{"rememberer"},
                    {"temperature", {{"temperature", 0.5}}},
                    {"rememberer"},
                    {"categorical"}});
  return pipeline;
}

inline std::vector<double> RandomRow(std::mt19937_64& random) {
  std::vector<double> row(kRemembererSize);
  for (double& logit : row) logit = static_cast<double>(random() % 64) / 16;
  return row;
}

inline std::vector<double> State(const Sequence& s) {
  return {s.state().begin(), s.state().end()};
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_STAGES_REMEMBERER_H_

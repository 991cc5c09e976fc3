// The parity mode under observation: what observers see of it, and that a step
// allocates nothing.

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/candidates/candidates.h"
#include "sampler/parity/llama_cpp.h"
#include "sampler/parity/llama_cpp_process.h"
#include "sampler/pipeline.h"
#include "sampler/step_observer.h"
#include "tests/parity/chains.h"
#include "tests/support/count_allocations.h"

namespace sampler {
namespace {

// Sees the candidates between the stages.
class Witness final : public StepObserver {
 public:
  void BeforeStage(std::size_t index, const Candidates& candidates) override {
    before.emplace_back(index, candidates.Count());
  }
  void AfterStage(std::size_t index, const Candidates& candidates) override {
    after.emplace_back(index, candidates.Count());
  }
  void OnTruncation(const Truncation& truncation) override {
    truncations.push_back(truncation);
  }

  std::vector<std::pair<std::size_t, std::int64_t>> before;
  std::vector<std::pair<std::size_t, std::int64_t>> after;
  std::vector<Truncation> truncations;
};

TEST(LlamaCpp, ShowsEveryStageToAnObserverAndIsNotChangedByIt) {
  std::mt19937_64 random(15);
  for (const std::string& chain : Chains()) {
    const Pipeline pipeline = MakePipeline(chain);
    const Sequence sequence =
        pipeline.NewSequence({.seed = 0, .prompt = {5, 6, 5, 6}}).value();
    Workspace workspace;
    for (int i = 0; i < 20; ++i) {
      const std::vector<float> row = RandomChainRow(random);
      const Token token = pipeline.Sample(row, sequence, workspace);
      Witness witness;
      const Distribution left =
          pipeline.Process(row, sequence, workspace, {}, &witness);
      EXPECT_EQ(pipeline.DrawFrom(left, sequence, workspace).id, token.id);
      EXPECT_TRUE(left.Contains(token.id));
      EXPECT_GT(left.Probability(token.id), 0);
      const std::size_t stages = pipeline.config().stages.size();
      ASSERT_EQ(witness.before.size(), stages);
      ASSERT_EQ(witness.after.size(), stages);
      EXPECT_EQ(witness.before[0].second, kSize - 1);  // One is at -inf.
      for (std::size_t s = 0; s < stages; ++s) {
        EXPECT_EQ(witness.before[s].first, s);
        EXPECT_EQ(witness.after[s].first, s);
        if (s > 0) {
          EXPECT_EQ(witness.before[s].second, witness.after[s - 1].second);
        }
      }
      EXPECT_EQ(witness.after.back().second, left.Count());
      for (const Truncation& truncation : witness.truncations) {
        EXPECT_LT(truncation.kept, truncation.before);
        EXPECT_GE(truncation.mass_removed, 0.0);
        EXPECT_LT(truncation.mass_removed, 1.0);
      }
    }
  }
}

TEST(LlamaCpp, AllocatesNothingOnceTheWorkspaceHasGrown) {
  std::mt19937_64 random(16);
  std::vector<std::vector<float>> rows;
  for (int i = 0; i < 10; ++i) rows.push_back(RandomChainRow(random));
  for (const std::string& chain : Chains()) {
    const Pipeline pipeline = MakePipeline(chain);
    const Sequence sequence =
        pipeline.NewSequence({.seed = 0, .prompt = {5, 6, 5, 6}}).value();
    Workspace workspace;
    int before = 0;
    for (int round = 0; round < 2; ++round) {
      before = AllocationCount();
      for (const auto& row : rows) {
        (void)pipeline.Sample(row, sequence, workspace);
      }
    }
    EXPECT_EQ(AllocationCount() - before, 0) << chain;
  }
}

}  // namespace
}  // namespace sampler

// Laws of penalties and of temperature that need no oracle.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/stages/registry.h"
#include "tests/support/pipelines.h"
#include "tests/support/stage_examples.h"
#include "tests/support/test_share.h"

namespace sampler::edit_laws_test {
namespace {

using Row = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A positive penalty never raises a seen token, whatever the sign of its logit,
// and leaves the others alone. (Every stage with a "penalty".)
TEST(EveryPenalty, NeverRaisesASeenToken) {
  std::mt19937_64 random(15);
  int penalties = 0;
  for (const Example& e : Examples()) {
    const ParameterTable& table =
        StageRegistry::BuiltIn().Find(e.type)->parameters;
    if (std::none_of(table.begin(), table.end(), [](const Parameter& p) {
          return p.name() == "penalty";
        })) {
      continue;
    }
    ++penalties;
    for (int round = 0; round < Share(200); ++round) {
      Row row = RandomRow(random, 20);
      row[0] = 0.0;
      row[1] = -0.0;
      row[2] = -3.0;
      std::vector<std::int32_t> output = {0, 1, 2};
      for (std::uint64_t n = random() % 12; n > 0; --n) {
        output.push_back(static_cast<std::int32_t>(random() % 12));
      }
      const std::string penalty = absl::StrCat(
          "\"penalty\": ", 1.0 + static_cast<double>(random() % 100) / 16.0);
      const Row after = RunStages(row, StageText(e.type, penalty),
                                  MakeSequence(20, {}, output))
                            .logits;
      for (std::size_t i = 0; i < row.size(); ++i) {
        const bool seen =
            std::count(output.begin(), output.end(), static_cast<int>(i)) > 0;
        EXPECT_TRUE(seen ? after[i] <= row[i] : after[i] == row[i])
            << e.type << " " << row[i] << " -> " << after[i];
      }
    }
  }
  EXPECT_GE(penalties, 3);
}

TEST(TemperatureZero, FollowedByAnyStageIsGreedy) {
  std::mt19937_64 random(9);
  for (const Example& e : Examples()) {
    if (e.names_tokens) continue;
    for (int round = 0; round < 20; ++round) {
      const Row row = RandomRow(random, 1 + random() % 100);
      EXPECT_EQ(RunStages(row, R"({"type": "temperature", "temperature": 0},)" +
                                   Active(e))
                    .kept(),
                Kept(row, R"({"type": "greedy"})"));
    }
  }
}

TEST(Temperature, LowersTheEntropyAsItFalls) {
  std::mt19937_64 random(10);
  for (int round = 0; round < Share(50); ++round) {
    const Row row = DistinctRow(random, 2 + random() % 500);
    double last = kInfinity;
    for (const std::string t : {"4", "2", "1", "0.5", "0.25"}) {
      const Pipeline pipeline =
          MakePipeline(R"({"type": "temperature", "temperature": )" + t + "}",
                       static_cast<std::int64_t>(row.size()));
      Workspace workspace;
      const double entropy =
          pipeline
              .Process(absl::Span<const double>(row),
                       MakeSequence(static_cast<std::int64_t>(row.size())),
                       workspace)
              .Entropy();
      EXPECT_LT(entropy, last);
      last = entropy;
    }
  }
}

}  // namespace
}  // namespace sampler::edit_laws_test

// Which stages use random numbers before the draw, and whether they say so.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/stages/registry.h"
#include "tests/support/pipelines.h"
#include "tests/support/stage_examples.h"

namespace sampler::stage_coins_test {
namespace {

using Row = std::vector<double>;

// What stages of this kind say of themselves, at these parameters.
bool UsesCoins(const std::string& stage) {
  const PipelineConfig config =
      ParseConfig(absl::StrCat(R"({"version": 1, )", PhasesFor(stage),
                               R"("stages": [)", stage,
                               R"(, {"type": "categorical"}]})"))
          .value();
  const StageConfig& first = config.stages.front();
  const StageType& type = *StageRegistry::BuiltIn().Find(first.type);
  return type.create(Parameters(type.parameters, first.parameters))
      ->UsesCoins();
}

// Does what it leaves of a row depend on the random numbers? They are as many
// as `streams`.
bool DependsOnCoins(const std::string& stage, std::uint32_t streams) {
  const Row row = {1, 0.5, 0.25, -1, 0.75};
  const Row first = RunStages(row, stage, MakeSequence(5)).logits;
  for (std::uint32_t stream = 1; stream < streams; ++stream) {
    if (RunStages(row, stage, MakeSequence(5, {}, {}, 1, stream)).logits !=
        first) {
      return true;
    }
  }
  return false;
}

TEST(EveryStage, SaysWhetherItUsesCoins) {
  for (const Example& e : Examples()) {
    const std::string stage = StageText(e.type, e.active);
    EXPECT_EQ(UsesCoins(stage), DependsOnCoins(stage, 100)) << stage;
  }
}

TEST(Xtc, UsesCoinsWhereItTossesOne) {
  const auto xtc = [](const std::string& more) {
    return StageText("xtc", absl::StrCat(R"("threshold": 0.05, )", more));
  };
  for (const auto& [more, uses] : std::vector<std::pair<std::string, bool>>{
           {R"("probability": 0.5)", true},
           {R"("probability": 0.5, "fire": "le")", true},
           {R"("probability": 0)", false},
           {R"("probability": 1)", false},
           {R"("probability": 0.5, "mode": "expected")", false}}) {
    EXPECT_EQ(UsesCoins(xtc(more)), uses) << more;
    EXPECT_EQ(DependsOnCoins(xtc(more), 100), uses) << more;
  }
}

// What the coins are keyed by reaches them: the attempt too.
TEST(Xtc, TossesAnotherCoinAtEveryAttempt) {
  const std::string stage =
      StageText("xtc", R"("probability": 0.5, "threshold": 0.05)");
  const Row row = {1, 0.5, 0.25, -1, 0.75};
  Sequence sequence = MakeSequence(5);
  int fired = 0;
  for (int i = 0; i < 1000; ++i) {
    fired += RunStages(row, stage, sequence).logits != row ? 1 : 0;
    ASSERT_TRUE(sequence.Redraw().ok());
  }
  // 500 expected; 6.5 sigmas.
  EXPECT_NEAR(fired, 500, 103);
}

}  // namespace
}  // namespace sampler::stage_coins_test

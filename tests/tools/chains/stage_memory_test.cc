// What mirostat and adaptive_p remember: shown by explain, and counted by
// replay where the logged tokens leave it alone.

#include "tools/chains/stage_memory.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "tests/support/pipelines.h"
#include "tests/support/stage_examples.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

// Every chain, as every log below, is a file of its own.
std::string Chain(const std::string& stage) {
  return WriteTemporary(absl::StrCat(stage.size(), ".json"),
                        R"({"version": 1, "stages": [{"type": )" + stage +
                            R"(}, {"type": "categorical"}]})");
}

TEST(StageMemoryTest, EveryStageWithAMemoryHasNamesForIt) {
  for (const Example& example : Examples()) {
    const auto config = ParseConfig(absl::StrCat(
        R"({"version": 1, )", PhasesFor(Active(example)), R"("stages": [)",
        Active(example), R"(, {"type": "categorical"}]})"));
    ASSERT_TRUE(config.ok()) << config.status();
    const Pipeline pipeline = Pipeline::Create(*config, 8).value();
    const Sequence sequence = pipeline.NewSequence({.seed = 1}).value();
    const auto memories = MemoryOfStages(*config, sequence);
    EXPECT_EQ(memories[0].empty(), !pipeline.has_state()) << example.type;
    EXPECT_EQ(StagesWithMemory(*config).empty(), !pipeline.has_state())
        << example.type;
  }
}

TEST(StageMemoryTest, ExplainShowsMuAndTheAimAsTheRowMetThem) {
  const std::string log = WriteTemporary(
      "peaked.safetensors",
      ReadAll(MakeLog({{9, 0, 0}, {9, 0, 0}, {9, 0, 0}}, {0, 0, 0})));
  const std::string mirostat = Chain(R"("mirostat", "tau": 3, "eta": 0.5)");
  const std::string flat = MakeLog({{1, 1, 1}, {1, 1, 1}, {1, 1, 1}});
  const auto memory = [&](const std::string& config, const std::string& row) {
    const ToolResult result =
        RunTool({"explain", config == mirostat ? log : flat, "--row", row, "-c",
                 config, "--json", "-q"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return json::parse(result.out, nullptr, false)["stages"][0]["memory"];
  };
  EXPECT_EQ(memory(mirostat, "0")["mu"], 6.0);
  // The drawn token, of surprise s bits: mu -= 0.5 (s - 3).
  const double mu = memory(mirostat, "1")["mu"];
  EXPECT_GT(mu, 7.4);
  EXPECT_LE(mu, 7.5);
  EXPECT_GT(memory(mirostat, "2")["mu"].get<double>(), mu);
  const std::string adaptive = Chain(R"("adaptive_p", "target": 0.3)");
  EXPECT_NEAR(memory(adaptive, "0")["aim"].get<double>(), 0.3, 1e-12);
  EXPECT_LT(memory(adaptive, "2")["aim"].get<double>(), 0.3);
  EXPECT_TRUE(memory(Chain(R"("top_k", "k": 1)"), "0").is_null());
  const std::string text =
      RunTool({"explain", log, "--row", "0", "-c", mirostat}).out;
  EXPECT_TRUE(Says(text, "mu 6"));
}

TEST(StageMemoryTest, ReplaySaysAtHowManyRowsItMoved) {
  // Token 2 is never drawn at the first two rows.
  const std::string log =
      MakeLog({{99, 0, 0}, {99, 0, 0}, {99, 0, 0}}, {2, 2, 0});
  const std::string mirostat = Chain(R"("mirostat", "tau": 3)");
  const ToolResult result = RunTool({"replay", log, "-c", mirostat, "--json"});
  EXPECT_TRUE(Says(result.err,
                   "mirostat learns only where the drawn token is the logged "
                   "one, at 1 of 3 rows"));
  EXPECT_FALSE(absl::StrContains(
      RunTool({"replay", log, "-c", mirostat, "--history", "replayed"}).err,
      "learns"));
  EXPECT_FALSE(
      absl::StrContains(RunTool({"replay", log, "--temp", "1"}).err, "learns"));
}

}  // namespace
}  // namespace sampler::tools

// What mirostat and adaptive_p remember: shown by explain, and counted by
// replay where the logged tokens leave it alone.

#include "tools/chains/stage_memory.h"

#include <algorithm>
#include <cmath>
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
  // The page says it too.
  const std::string page = WriteTemporary("explain.html", "");
  EXPECT_EQ(RunTool({"explain", log, "--row", "0", "-c", mirostat, "-q",
                     "--html", page})
                .exit_code,
            0);
  EXPECT_TRUE(Says(ReadAll(page), "mu 6"));
}

// ---- llama.cpp's samplers ---------------------------------------------------

std::string LlamaCppText(const std::string& stages) {
  return absl::StrCat(R"({"version": 1, "rng": "llama_cpp", "stages": [)",
                      stages,
                      R"(, {"type": "categorical", "order": "rank"}]})");
}

// Twelve rows of five tokens. The logged tokens are those of another chain.
std::string UnlikeLog() {
  std::vector<std::vector<float>> rows;
  std::vector<std::int32_t> tokens;
  for (int i = 0; i < 12; ++i) {
    std::vector<float>& row = rows.emplace_back();
    for (int id = 0; id < 5; ++id) {
      row.push_back(static_cast<float>((i * id * 7 + id) % 5) * 0.5F);
    }
    tokens.push_back(i * 3 % 5);
  }
  return MakeLog(rows, tokens);
}

// What `explain` says that stage 0 remembers before every row, and what
// `replay` says of the rows.
struct Memories {
  std::vector<json> before;
  std::vector<json> rows;
};

Memories FollowMemory(const std::string& config, const std::string& history) {
  const std::string log = UnlikeLog();
  const std::string chain =
      WriteTemporary(absl::StrCat(config.size(), history, ".json"), config);
  Memories memories;
  memories.rows = Events(RunTool({"replay", log, "-c", chain, "--jsonl", "-q",
                                  "--seed", "5", "--history", history})
                             .out,
                         "row");
  for (std::size_t row = 0; row < memories.rows.size(); ++row) {
    const ToolResult result =
        RunTool({"explain", log, "--row", absl::StrCat(row), "-c", chain,
                 "--json", "-q", "--seed", "5", "--history", history});
    const json step = json::parse(result.out, nullptr, false);
    EXPECT_EQ(step["token"], memories.rows[row]["token"]) << result.err;
    memories.before.push_back(step["stages"][0]["memory"]);
  }
  EXPECT_EQ(memories.rows.size(), 12U);
  return memories;
}

TEST(LlamaCppMemoryTest, EverySamplerWithAMemoryHasNamesForIt) {
  int run = 0;
  for (const Example& example : Examples()) {
    const auto config = ParseConfig(LlamaCppText(Active(example)));
    if (!config.ok()) continue;  // llama.cpp has no such sampler.
    const auto pipeline = Pipeline::Create(*config, 8);
    if (!pipeline.ok()) continue;
    ++run;
    const Sequence sequence = pipeline->NewSequence({.seed = 1}).value();
    const auto memories = MemoryOfStages(*config, sequence);
    ASSERT_EQ(memories.size(), 2U) << example.type;
    const bool draws =
        example.type == "mirostat" || example.type == "adaptive_p";
    EXPECT_EQ(memories[1].empty(), draws) << example.type;
    EXPECT_EQ(memories[0].empty(), !draws && example.type != "xtc")
        << example.type;
  }
  EXPECT_GE(run, 10);
}

// mu moves with every token that is drawn, whichever the log has.
TEST(LlamaCppMemoryTest, MuMovesByTheSurpriseOfEveryDraw) {
  const std::string config =
      LlamaCppText(R"({"type": "mirostat", "tau": 2, "eta": 0.3})");
  for (const char* const history : {"logged", "replayed"}) {
    const Memories memories = FollowMemory(config, history);
    ASSERT_EQ(memories.before.size(), 12U);
    double mu = 4.0;
    double words = 0;
    for (std::size_t row = 0; row < 12; ++row) {
      const json& before = memories.before[row];
      EXPECT_NEAR(before["mu"].get<double>(), mu, 1e-4) << history << row;
      EXPECT_EQ(before["engine_words"], words) << history << row;
      const double logprob = memories.rows[row]["logprob"];
      mu -= 0.3 * (-logprob / std::log(2.0) - 2.0);
      // One survivor is drawn without a random number.
      words += memories.rows[row]["kept"] == 1 ? 0 : 2;
    }
    EXPECT_GT(words, 0);
  }
}

// adaptive_p learns the model's p of a drawn token, once it is accepted.
TEST(LlamaCppMemoryTest, TheMeanFollowsWhatWasDrawnAndAccepted) {
  const std::string config =
      LlamaCppText(R"({"type": "adaptive_p", "target": 0.3, "decay": 0.8})");
  for (const std::string history : {"logged", "replayed"}) {
    const Memories memories = FollowMemory(config, history);
    ASSERT_EQ(memories.before.size(), 12U);
    double sum = 0.3 / (1 - 0.8);
    double weight = 1 / (1 - 0.8);
    int learnt = 0;
    for (std::size_t row = 0; row < 12; ++row) {
      const json& before = memories.before[row];
      EXPECT_NEAR(before["mean_drawn"].get<double>(), sum / weight, 1e-5);
      EXPECT_NEAR(before["aim"].get<double>(),
                  std::clamp(0.6 - sum / weight, 0.0, 1.0), 1e-5);
      const json& drawn = memories.rows[row];
      if (history == "logged" && drawn["token"] != drawn["target"]) continue;
      sum = std::exp(drawn["raw_logprob"].get<double>()) + 0.8 * sum;
      weight = 1 + 0.8 * weight;
      ++learnt;
    }
    EXPECT_GT(learnt, 0);
    EXPECT_EQ(learnt == 12, history == "replayed");
  }
}

TEST(LlamaCppMemoryTest, ReplaySaysFromWhatItLearns) {
  const std::string log = UnlikeLog();
  const std::string mirostat = WriteTemporary(
      "mirostat.json", LlamaCppText(R"({"type": "mirostat", "tau": 2})"));
  EXPECT_TRUE(Says(RunTool({"replay", log, "-c", mirostat, "--json"}).err,
                   "mirostat learns from the tokens that it draws"));
  const std::string adaptive =
      WriteTemporary("adaptive.json",
                     LlamaCppText(R"({"type": "adaptive_p", "target": 0.3})"));
  EXPECT_TRUE(Says(RunTool({"replay", log, "-c", adaptive, "--json"}).err,
                   "adaptive_p learns only where the drawn token is the "
                   "logged one"));
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

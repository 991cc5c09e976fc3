// `sampler explain`, run as users run it.

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/tools/six_tokens.h"
#include "tests/tools/tool.h"

namespace sampler::tools::explain_test {
namespace {

using nlohmann::json;

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(ExplainTest, GivesTheWholeKeptSetInTheTotalOrder) {
  const json answer = ExplainAsJson(SixLog(), {"--row", "0", "--top", "1"});
  EXPECT_EQ(answer["status"], "ok");
  const double out[] = {0.4145, 0.2970, 0.1863, 0.1022};
  ASSERT_EQ(answer["survivors"].size(), 4u);
  double sum = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const json& survivor = answer["survivors"][i];
    EXPECT_EQ(survivor["id"], i);
    EXPECT_NEAR(survivor["prob"].get<double>(), out[i], 5e-5);
    EXPECT_EQ(survivor["logit"].get<double>(),
              static_cast<double>(kSix[i]) * (1.0 / 1.5));
    sum += survivor["prob"].get<double>();
  }
  EXPECT_NEAR(sum, 1.0, 1e-15);
}

// A stage whose condition does not hold has its entry, and the reason.
TEST(ExplainTest, SaysWhyAStageDidNotRun) {
  const std::string config = WriteTemporary("phased.json", R"({"version": 1,
        "phases": {"thinking": {"begin": [[2]], "end": [[0]]}},
        "stages": [{"type": "top_k", "k": 3, "when": {"phase": "thinking"}},
                   {"type": "top_k", "k": 2,
                    "when": {"not": {"phase": "thinking"}}},
                   {"type": "categorical"}]})");
  const ExplainArguments chain = {"--config", config};
  const json first = ExplainAsJson(SixLog(), {"--row", "0"}, chain);
  EXPECT_EQ(first["stages"][0]["active"], false);
  EXPECT_EQ(first["stages"][0]["note"], "not in phase thinking");
  EXPECT_EQ(first["stages"][1]["kept"], 2);
  const json second = ExplainAsJson(SixLog(), {"--row", "1"}, chain);
  EXPECT_EQ(second["stages"][0]["kept"], 3);
  EXPECT_EQ(second["stages"][1]["note"], "in phase thinking");
  const ToolResult text = Explain(SixLog(), {"--row", "0"}, chain);
  EXPECT_TRUE(Says(text.out, "inactive: not in phase thinking")) << text.out;
  EXPECT_TRUE(Says(text.out, "top_k(3) if thinking -> ")) << text.out;
}

TEST(ExplainTest, EveryStageHasItsEntryInOrder) {
  const json answer = ExplainAsJson(SixLog(), {"--row", "0"});
  const json& stages = answer["stages"];
  ASSERT_EQ(stages.size(), 4u);
  EXPECT_EQ(stages[0]["type"], "top_k");
  EXPECT_EQ(stages[0]["before"], 6);
  EXPECT_EQ(stages[0]["kept"], 5);
  EXPECT_EQ(stages[0]["params"]["k"], 5);
  EXPECT_EQ(stages[0]["params"]["ties"], "exact");
  EXPECT_NEAR(stages[0]["mass_removed"].get<double>(), 0.0087, 5e-5);
  EXPECT_EQ(stages[0]["threshold"].get<double>(), static_cast<double>(0.2f));
  EXPECT_EQ(stages[1]["type"], "min_p");
  EXPECT_EQ(stages[1]["kept"], 4);
  EXPECT_NEAR(stages[1]["mass"].get<double>(), 0.9625, 5e-5);
  EXPECT_EQ(stages[2]["type"], "temperature");
  EXPECT_EQ(stages[2]["edited"], 4);
  EXPECT_TRUE(stages[2]["threshold"].is_null());
  EXPECT_EQ(stages[3]["type"], "categorical");
  EXPECT_NEAR(stages[3]["entropy"].get<double>(), 1.272, 5e-4);
}

TEST(ExplainTest, TheDrawLiesInItsInterval) {
  const json answer = ExplainAsJson(SixLog(), {"--row", "0", "--seed", "42"});
  const double u = answer["u"];
  const json& draw = answer["draw"];
  EXPECT_LE(draw["low"].get<double>(), u);
  EXPECT_LT(u, draw["high"].get<double>());
  const std::size_t token = answer["token"];
  double low = 0;
  for (std::size_t i = 0; i < token; ++i) {
    low += answer["survivors"][i]["prob"].get<double>();
  }
  EXPECT_NEAR(draw["low"].get<double>(), low, 1e-15);
  // The outer ends of the line are no boundaries.
  double margin = 1;
  if (token > 0) margin = u - draw["low"].get<double>();
  if (token < 3) margin = std::min(margin, draw["high"].get<double>() - u);
  EXPECT_NEAR(draw["margin"].get<double>(), margin, 1e-15);
}

TEST(ExplainTest, TheDrawOfATournamentLiesInItsIntervalToo) {
  const std::string config =
      WriteTemporary("synthid.json", R"({"version": 1, "stages": [
                      {"type": "synthid", "keys": [654, 400, 836]}]})");
  const json answer = ExplainAsJson(SixLog(), {"--row", "0", "--seed", "42"},
                                    {"--config", config});
  const double u = answer["u"];
  EXPECT_LE(answer["draw"]["low"].get<double>(), u);
  EXPECT_LT(u, answer["draw"]["high"].get<double>());
}

TEST(ExplainTest, AgreesWithReplayOnEveryRow) {
  const ToolResult replay = RunTool(
      {"replay", StoryLog(), "--config", "balanced", "--seed", "7", "--jsonl"});
  ASSERT_EQ(replay.exit_code, 0) << replay.err;
  const std::vector<json> rows = Events(replay.out, "row");
  ASSERT_EQ(rows.size(), 24u);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const json answer =
        ExplainAsJson(StoryLog(), {"--row", std::to_string(i), "--seed", "7"},
                      {"--config", "balanced"});
    EXPECT_EQ(answer["token"], rows[i]["token"]) << i;
    EXPECT_EQ(answer["u"], rows[i]["u"]);
    EXPECT_EQ(answer["target"], rows[i]["target"]);
    EXPECT_EQ(answer["survivors"].size(), rows[i]["kept"]);
    EXPECT_EQ(answer["raw_entropy"], rows[i]["entropy_raw"]);
    EXPECT_EQ(answer["stages"].back()["entropy"], rows[i]["entropy"]);
    EXPECT_EQ(answer["stages"].back()["mass"], rows[i]["kept_mass"]);
  }
}

TEST(ExplainTest, WithoutLoggedTokensTheHistoryIsReplayedAsInReplay) {
  const std::string log = MakeLog({kSix, kSix, kSix, kSix});
  const ExplainArguments chain = {"--repeat-penalty", "1.5",
                                  "--presence-penalty", "0.7"};
  ExplainArguments arguments = {"replay", log, "--seed", "3", "--jsonl"};
  arguments.insert(arguments.end(), chain.begin(), chain.end());
  const std::vector<json> rows = Events(RunTool(arguments).out, "row");
  ASSERT_EQ(rows.size(), 4u);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const json answer =
        ExplainAsJson(log, {"--row", std::to_string(i), "--seed", "3"}, chain);
    EXPECT_EQ(answer["token"], rows[i]["token"]);
    EXPECT_EQ(answer["u"], rows[i]["u"]);
    EXPECT_EQ(answer["history"], "replayed");
  }
}

TEST(ExplainTest, AStageThatDidNothingSaysWhy) {
  const json answer = ExplainAsJson(
      SixLog(), {"--row", "0"},
      {"--repeat-penalty", "1", "--top-k", "0", "--min-p", "0", "--temp", "1",
       "--top-p", "1", "--typical", "1", "--top-k", "6"});
  for (std::size_t i = 0; i + 1 < answer["stages"].size(); ++i) {
    const json& stage = answer["stages"][i];
    EXPECT_FALSE(stage["active"]) << stage;
    EXPECT_TRUE(stage["note"].is_string()) << stage;
  }
  EXPECT_EQ(answer["survivors"].size(), 6u);
}

TEST(ExplainTest, GreedyTakesTheHeadAndUsesNoRandomNumber) {
  const json answer = ExplainAsJson(SixLog(), {"--row", "0"}, {"--greedy"});
  EXPECT_EQ(answer["token"], 0);
  EXPECT_TRUE(answer["u"].is_null());
  ASSERT_EQ(answer["survivors"].size(), 1u);
  EXPECT_EQ(answer["survivors"][0]["prob"], 1.0);
  EXPECT_EQ(answer["stages"][0]["kept"], 1);
}

TEST(ExplainTest, DrawsByNoiseSaySo) {
  const std::string config = WriteTemporary(
      "noise.json", R"({"version": 1, "stages": [{"type": "gumbel_max"}]})");
  const std::string text =
      RunTool({"explain", SixLog(), "--row", "0", "-c", config}).out;
  EXPECT_TRUE(Says(text, "draws by noise"));
  EXPECT_TRUE(Says(text, "a random number for every candidate"));
}

TEST(ExplainTest, ABadRowHasAStatusAndNoToken) {
  const std::string log =
      MakeLog({{1, kNan, 0}, {1, kInf, 0}, {-kInf, -kInf, -kInf}, {1, 2, 3}});
  const char* statuses[] = {"nan", "infinite", "no_candidate", "ok"};
  for (int row = 0; row < 4; ++row) {
    const json answer =
        ExplainAsJson(log, {"--row", std::to_string(row)}, {"--top-k", "2"});
    EXPECT_EQ(answer["status"], statuses[row]);
    EXPECT_EQ(answer["token"].is_null(), row < 3);
    EXPECT_EQ(answer["survivors"].empty(), row < 3);
    EXPECT_EQ(answer["stages"].size(), 2u);
    EXPECT_EQ(answer["stages"][0]["ran"], row == 3);
  }
  const ToolResult human = Explain(log, {"--row", "0"});
  EXPECT_EQ(human.exit_code, 0);
  EXPECT_TRUE(Says(human.out, "nan"));
}

TEST(ExplainTest, TokensCutInTheLogAreNoCandidates) {
  const json answer =
      ExplainAsJson(MakeLog({{1, -kInf, 0}}), {"--row", "0", "--token", "1"},
                    {"--temp", "1"});
  EXPECT_EQ(answer["raw_candidates"], 2);
  const json& cut = answer["tokens"].back();
  EXPECT_EQ(cut["id"], 1);
  EXPECT_TRUE(cut["logit"].is_null());
  EXPECT_TRUE(cut["raw_rank"].is_null());
}

TEST(ExplainTest, SequenceAndPositionNameARow) {
  const std::string log = MakeLog({kSix, kSix, kSix}, {1, 2, 3}, {}, "",
                                  /*sequence_offsets=*/{0, 1, 3});
  const json answer = ExplainAsJson(log, {"--row", "1:1"});
  EXPECT_EQ(answer["row"], 2);
  EXPECT_EQ(answer["seq"], 1);
  EXPECT_EQ(answer["pos"], 1);
  EXPECT_EQ(answer["stream"], 1);
  EXPECT_EQ(answer, ExplainAsJson(log, {"--row", "2"}));
}

TEST(ExplainTest, RefusesRowsAndTokensThatAreNotThere) {
  for (const char* row : {"2", "-1", "x", "", "1:0", "0:2", "0:-1", "0:0:0",
                          "99999999999999999999", ":"}) {
    const ToolResult result = Explain(SixLog(), {"--row", row});
    EXPECT_EQ(result.exit_code, 2) << row;
    EXPECT_FALSE(result.err.empty());
    EXPECT_TRUE(result.out.empty());
  }
  EXPECT_EQ(Explain(SixLog(), {"--row", "0", "--token", "6"}).exit_code, 2);
  EXPECT_EQ(Explain(SixLog(), {"--row", "0", "--top", "-1"}).exit_code, 2);
  EXPECT_EQ(
      Explain(SixLog(), {"--row", "0", "--vocab-file", "/none"}).exit_code, 2);
}

}  // namespace
}  // namespace sampler::tools::explain_test

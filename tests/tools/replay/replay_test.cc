// What `sampler replay` answers, run as users run it.

#include <cmath>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/logs/log.h"
#include "sampler/pipeline.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

const float kMinusInfinity = -INFINITY;

std::vector<json> Rows(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "replay");
  arguments.push_back("--jsonl");
  const ToolResult result = RunTool(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return Events(result.out, "row");
}

json Summary(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "replay");
  arguments.push_back("--jsonl");
  return Events(RunTool(arguments).out, "summary").at(0);
}

TEST(ReplayTest, ThreadsChangeNothing) {
  for (const std::string history : {"logged", "replayed"}) {
    for (const std::string format : {"--json", "--jsonl", "--csv", "--quiet"}) {
      const auto run = [&](const std::string& threads) {
        return RunTool({"replay", StoryLog(), "-c", "creative", "--history",
                        history, "--seed", "5", format, "--threads", threads})
            .out;
      };
      const std::string one = run("1");
      EXPECT_FALSE(one.empty());
      EXPECT_EQ(run("2"), one) << history << " " << format;
      EXPECT_EQ(run("3"), one) << history << " " << format;
    }
  }
}

TEST(ReplayTest, AnswersWhatTheLibraryAnswers) {
  const auto log = logs::Log::Open(StoryLog());
  ASSERT_TRUE(log.ok());
  const PipelineConfig config = {
      .stages = {{"repetition_penalty", {{"penalty", 1.2}}},
                 {"temperature", {{"temperature", 0.9}}},
                 {"top_p", {{"p", 0.9}}},
                 {"categorical"}}};
  const auto pipeline = Pipeline::Create(config, (*log)->vocabulary_size());
  ASSERT_TRUE(pipeline.ok());
  const auto prompt = (*log)->sequences()[0].prompt;
  auto sequence = Sequence::Create(
      (*log)->vocabulary_size(),
      {.seed = 9, .stream = 3, .prompt = {prompt.begin(), prompt.end()}});
  ASSERT_TRUE(sequence.ok());
  const auto rows = Rows({StoryLog(), "--repeat-penalty", "1.2", "--temp",
                          "0.9", "--top-p", "0.9", "-s", "9", "--stream", "3"});
  ASSERT_EQ(rows.size(), 24u);
  Workspace workspace;
  logs::RowBuffer buffer;
  for (std::int64_t i = 0; i < 24; ++i) {
    const json& row = rows[static_cast<std::size_t>(i)];
    const Distribution left =
        pipeline->Process(*(*log)->Row(i, buffer), *sequence, workspace);
    const Token token = pipeline->DrawFrom(left, *sequence, workspace);
    EXPECT_EQ(row["token"], token.id) << i;
    EXPECT_EQ(row["u"], token.u()) << i;
    EXPECT_EQ(row["kept"], left.Count()) << i;
    EXPECT_EQ(row["entropy"], left.Entropy()) << i;
    EXPECT_EQ(row["logprob"], left.Logprob(token.id)) << i;
    const std::int32_t logged = (*log)->tokens()[static_cast<std::size_t>(i)];
    EXPECT_EQ(row["target"], logged);
    EXPECT_EQ(row["target_kept"], left.Contains(logged)) << i;
    EXPECT_EQ(row["same"], token.id == logged) << i;
    ASSERT_TRUE(sequence->AcceptId(logged).ok());
  }
}

// Raw numbers by hand: p = (8, 4, 2, 2) / 16, of which top_k keeps three.
TEST(ReplayTest, RawMeansTheRowAsLogged) {
  const float two = std::log(2.0f);
  const std::string log =
      MakeLog({{0, 2 * two, two, 0}}, {/*cut, by the tie rule*/ 3});
  const json row = Rows({log, "--temp", "0.5", "--top-k", "3"}).at(0);
  const double total = 1 + 4 + 2 + 1;
  EXPECT_EQ(row["kept"], 3);
  EXPECT_NEAR(row["kept_mass"].get<double>(), 7 / total, 1e-7);
  EXPECT_NEAR(row["target_raw_logprob"].get<double>(), std::log(1 / total),
              1e-7);
  EXPECT_EQ(row["target_rank"], 4);
  EXPECT_EQ(row["target_kept"], false);
  EXPECT_TRUE(row["target_logprob"].is_null());
  const double entropy =
      -(0.5 * std::log(0.5) + 0.25 * std::log(0.25) + 0.25 * std::log(0.125));
  EXPECT_NEAR(row["entropy_raw"].get<double>(), entropy, 1e-7);
}

TEST(ReplayTest, RowsSelectsAndChangesNothing) {
  for (const std::string history : {"logged", "replayed"}) {
    const std::vector<std::string> all = {
        StoryLog(), "-c", "creative", "--history", history, "-s", "1"};
    std::vector<std::string> some = all;
    some.insert(some.end(), {"--rows", "7:12"});
    const auto whole = Rows(all);
    const auto part = Rows(some);
    ASSERT_EQ(part.size(), 5u);
    for (std::size_t i = 0; i < part.size(); ++i) {
      EXPECT_EQ(part[i], whole[7 + i]) << history << " " << i;
    }
  }
  EXPECT_EQ(Rows({StoryLog(), "--greedy", "--rows", "22:"}).size(), 2u);
  EXPECT_EQ(Rows({StoryLog(), "--greedy", "--rows", ":3"}).size(), 3u);
}

TEST(ReplayTest, ReplayedHistoryIsMadeOfTheDraws) {
  // Token 0 leads until it was seen; the log says 2 throughout.
  const std::string log = MakeLog({{5, 4, 0}, {5, 4, 0}, {5, 4, 0}}, {2, 2, 2});
  const std::vector<std::string> chain = {log, "--presence-penalty", "2",
                                          "--greedy"};
  const auto tokens = [](const std::vector<json>& rows) {
    std::vector<int> ids;
    for (const json& row : rows) ids.push_back(row["token"]);
    return ids;
  };
  std::vector<std::string> replayed = chain;
  replayed.insert(replayed.end(), {"--history", "replayed"});
  EXPECT_EQ(tokens(Rows(chain)), (std::vector<int>{0, 0, 0}));
  EXPECT_EQ(tokens(Rows(replayed)), (std::vector<int>{0, 1, 0}));
  const json summary = Summary(replayed);
  EXPECT_EQ(summary["first_divergence"],
            json::parse(R"([{"row": 0, "seq": 0, "pos": 0}])"));
  EXPECT_FALSE(Summary(chain).contains("first_divergence"));
}

TEST(ReplayTest, ABadRowDisturbsNothingElse) {
  const std::vector<std::vector<float>> good = {
      {1, 2, 3}, {1, 2, 3}, {1, 2, 3}, {3, 2, 1}, {2, 3, 1}};
  auto rows = good;
  rows[1] = {1, NAN, 3};
  rows[2] = {INFINITY, 2, 3};
  rows[3] = {kMinusInfinity, kMinusInfinity, kMinusInfinity};
  const std::vector<std::int32_t> tokens = {0, 1, 2, 0, 1};
  const auto expected = Rows({MakeLog(good, tokens), "--temp", "1"});
  for (const std::string history : {"logged", "replayed"}) {
    const auto seen =
        Rows({MakeLog(rows, tokens), "--temp", "1", "--history", history});
    EXPECT_EQ(seen[0], expected[0]);
    EXPECT_EQ(seen[1]["status"], "nan");
    EXPECT_EQ(seen[2]["status"], "infinite");
    EXPECT_EQ(seen[3]["status"], "no_candidate");
    EXPECT_TRUE(seen[1]["token"].is_null());
    EXPECT_TRUE(seen[1]["logprob"].is_null());
    EXPECT_EQ(seen[1]["kept"], 0);
    EXPECT_EQ(seen[4], expected[4]) << "positions moved on";
  }
  const json summary = Summary({MakeLog(rows, tokens), "--temp", "1"});
  EXPECT_EQ(summary["status"], json::parse(R"({"ok": 2, "nan": 1,
            "infinite": 1, "no_candidate": 1})"));
  EXPECT_EQ(summary["scored"], 2);
}

TEST(ReplayTest, SeedComesFromFlagThenConfigThenZero) {
  const std::string config =
      WriteTemporary("seeded.json",
                     R"({"version": 1, "seed": 18446744073709551615,
          "stages": [{"type": "categorical"}]})");
  const auto seed = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"replay", StoryLog(), "--jsonl", "--rows", "0:1"});
    return Events(RunTool(arguments).out, "begin").at(0)["seed"];
  };
  EXPECT_EQ(seed({"-c", "neutral"}), 0);
  EXPECT_EQ(seed({"-c", config}), 18446744073709551615u);
  EXPECT_EQ(seed({"-c", config, "--seed", "7"}), 7);
}

TEST(ReplayTest, SequencesHaveStreamsOfTheirOwn) {
  // The same rows twice: llama.cpp's file holds several sequences.
  const std::string log = DataFile("alice-1.logits");
  const auto base = Rows({log, "--temp", "1"});
  const auto moved = Rows({log, "--temp", "1", "--stream", "1"});
  EXPECT_NE(base[0]["u"], moved[0]["u"]);
  std::size_t second = 0;
  while (second < base.size() && base[second]["seq"] == 0) ++second;
  if (second < base.size()) {
    EXPECT_EQ(base[second]["pos"], 0);
    EXPECT_EQ(base[second]["u"], moved[0]["u"]);
  }
}

TEST(ReplayTest, TheClockReachesSchedules) {
  const std::string config = WriteTemporary(
      "clock.json",
      R"({"version": 1, "stages": [{"type": "temperature", "schedule":
          {"from": 1, "to": 0, "steps": 10, "clock": "step"}},
          {"type": "categorical"}]})");
  EXPECT_GT(Rows({StoryLog(), "-c", config})[0]["kept"], 1);
  EXPECT_EQ(Rows({StoryLog(), "-c", config, "--step", "10"})[0]["kept"], 1);
}

TEST(ReplayTest, StdinIsALogToo) {
  const ToolResult piped =
      RunTool({"replay", "-", "--greedy", "--csv"}, ReadAll(StoryLog()));
  EXPECT_EQ(piped.exit_code, 0) << piped.err;
  EXPECT_EQ(piped.out,
            RunTool({"replay", StoryLog(), "--greedy", "--csv"}).out);
}

TEST(ReplayTest, ALogWithoutTokensIsItsOwnHistory) {
  const std::string log = MakeLog({{5, 4, 0}, {5, 4, 0}, {5, 4, 0}});
  const ToolResult result = RunTool(
      {"replay", log, "--presence-penalty", "2", "--greedy", "--jsonl"});
  EXPECT_TRUE(Says(result.err, "the log has no tokens"));
  EXPECT_EQ(Events(result.out, "begin")[0]["history"], "replayed");
  EXPECT_EQ(Events(result.out, "row")[1]["token"], 1);
  const json summary = Events(result.out, "summary")[0];
  EXPECT_TRUE(summary["coverage"].is_null());
  EXPECT_EQ(summary["absent"]["ppl"], "the log has no tokens");
}

}  // namespace
}  // namespace sampler::tools

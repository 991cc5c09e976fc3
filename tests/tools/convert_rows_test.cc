// `sampler convert` of some of the rows: what is written is these rows, with
// the history that they had.

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/tools/tool.h"

namespace sampler::tools::convert_rows_test {
namespace {

using nlohmann::json;

// Of this test alone: others run meanwhile.
std::string Out() {
  static const std::string path = WriteTemporary("part.safetensors", "");
  return path;
}

json Convert(std::vector<std::string> options) {
  std::vector<std::string> arguments = {"convert", StoryLog(), Out(),
                                        "--force", "--json",   "-q"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const ToolResult result = RunTool(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out);
}

// The rows of a replay whose chain reads the history.
std::vector<json> Replay(const std::string& log,
                         std::vector<std::string> options) {
  std::vector<std::string> arguments = {"replay",  log,      "--repeat-penalty",
                                        "1.3",     "--temp", "0.8",
                                        "--jsonl", "-q"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  return Events(RunTool(arguments).out, "row");
}

// All but the draws, which depend on where in its text a row stands.
void ExpectSameRows(const std::vector<json>& part,
                    const std::vector<json>& whole) {
  ASSERT_EQ(part.size(), whole.size());
  for (std::size_t i = 0; i < part.size(); ++i) {
    for (const char* field : {"kept", "entropy_raw", "entropy", "target",
                              "target_logprob", "target_rank"}) {
      EXPECT_EQ(part[i][field], whole[i][field]) << field << " of " << i;
    }
  }
}

TEST(ConvertRows, KeepTheirHistory) {
  const json report = Convert({"--rows", "5:15"});
  EXPECT_EQ(report["rows"], 10);
  EXPECT_EQ(report["sequences"], 1);
  EXPECT_TRUE(Says(report["losses"].dump(), "rows: 14 rows are left out"));
  ExpectSameRows(Replay(Out(), {}), Replay(StoryLog(), {"--rows", "5:15"}));
}

TEST(ConvertRows, OfTheLikeliestTokensToo) {
  Convert({"--rows", "5:15", "--top-k", "200", "--to-dtype", "f32"});
  const std::vector<json> part = Replay(Out(), {"--top-k", "5"});
  const std::vector<json> whole =
      Replay(StoryLog(), {"--top-k", "5", "--rows", "5:15"});
  ASSERT_EQ(part.size(), whole.size());
  for (std::size_t i = 0; i < part.size(); ++i) {
    EXPECT_EQ(part[i]["target"], whole[i]["target"]);
    EXPECT_EQ(part[i]["target_rank"], whole[i]["target_rank"]);
  }
}

TEST(ConvertRows, SayThatHistoryIsLostBetweenThem) {
  const json report = Convert({"--every", "4", "--limit", "3"});
  EXPECT_EQ(report["rows"], 3);
  EXPECT_TRUE(Says(report["losses"].dump(), "history: the tokens of rows"));
  const std::vector<json> part = Replay(Out(), {});
  const std::vector<json> whole =
      Replay(StoryLog(), {"--every", "4", "--limit", "3"});
  ASSERT_EQ(part.size(), 3u);
  for (std::size_t i = 0; i < part.size(); ++i) {
    EXPECT_EQ(part[i]["target"], whole[i]["target"]);
    EXPECT_EQ(part[i]["entropy_raw"], whole[i]["entropy_raw"]);
  }
}

TEST(ConvertRows, AllOfThemLoseNothing) {
  EXPECT_EQ(Convert({"--rows", "0:24"})["losses"], Convert({})["losses"]);
}

TEST(ConvertRows, AreRefusedWhereRowsHavePlaces) {
  const std::string out = WriteTemporary("part.kld", "");
  const ToolResult result =
      RunTool({"convert", StoryLog(), out, "--rows", "0:3", "--force"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(Says(result.err, "got some of the rows for _logits_"));
}

}  // namespace
}  // namespace sampler::tools::convert_rows_test

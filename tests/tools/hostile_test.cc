// Usage errors, and input that is broken or means harm: exit code 2, a message
// that says what to do, and nothing on stdout but, where asked for, the error
// as an object.

#include <sys/wait.h>

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

// What stderr says after a failure.
std::string Failure(std::vector<std::string> arguments,
                    const std::string& input = "") {
  const ToolResult result = RunTool(arguments, input);
  EXPECT_EQ(result.exit_code, 2) << result.out << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(absl::StartsWith(result.err, "error: ")) << result.err;
  return result.err;
}

TEST(HostileTest, UsageErrors) {
  Failure({"replya"});
  Failure({"replay"});
  Failure({"replay", StoryLog(), "--no-such-flag"});
  Failure({"replay", StoryLog(), "--greedy", "--quiet", "extra"});
  EXPECT_EQ(
      RunTool({"replay", StoryLog(), "--greedy", "--json", "--csv"}).exit_code,
      2);
  EXPECT_TRUE(Says(Failure({"replay", StoryLog()}), "nothing to sample with"));
  EXPECT_TRUE(Says(Failure({"replay", StoryLog(), "--greedy", "--seed", "-1"}),
                   "want an integer in [0, 18446744073709551615]"));
  Failure({"replay", StoryLog(), "--greedy", "--threads", "0"});
  Failure({"replay", StoryLog(), "--temp", "1", "--stream", "4294967296"});
  Failure({"replay", StoryLog(), "--greedy", "--history", "none"});
  Failure({"replay", StoryLog(), "--greedy", "--step", "-1"});
}

TEST(HostileTest, UsageErrorsSayWhatWasMeant) {
  EXPECT_TRUE(Says(Failure({"repaly"}),
                   "unknown command \"repaly\", did you mean \"replay\"?"));
  EXPECT_TRUE(Says(Failure({"replay", StoryLog(), "--topk", "5"}),
                   "unexpected argument \"--topk\", did you mean "
                   "\"--top-k\"?"));
  EXPECT_TRUE(Says(Failure({"replay", StoryLog(), "--minp=5"}),
                   "did you mean \"--min-p\"?"));
}

TEST(HostileTest, RowsOutsideTheLog) {
  for (const std::string rows : {"0:25", "5:5", "6:5", "-1:3", "3", "a:b",
                                 "0:99999999999999999999", "24:", "1:2:3"}) {
    EXPECT_TRUE(
        Says(Failure({"replay", StoryLog(), "--greedy", "--rows=" + rows}),
             "want A:B with 0 <= A < B <= 24"))
        << rows;
  }
}

TEST(HostileTest, StreamsThatDoNotFit) {
  const std::string last = "4294967295";
  EXPECT_EQ(RunTool({"replay", StoryLog(), "--temp", "1", "--stream", last})
                .exit_code,
            0);
  const std::string two = MakeLog({{1, 2}, {1, 2}}, {0, 1}, {}, "", {0, 1, 2});
  EXPECT_EQ(RunTool({"replay", two, "--temp", "1", "--stream", "4294967294"})
                .exit_code,
            0);
  EXPECT_TRUE(Says(Failure({"replay", two, "--temp", "1", "--stream", last}),
                   "stream above 2^32 - 1"));
}

TEST(HostileTest, FilesThatAreNotLogs) {
  EXPECT_TRUE(
      Says(Failure({"replay", "/no/such/file", "--greedy"}), "/no/such/file"));
  Failure({"replay", testing::TempDir(), "--greedy"});
  Failure({"replay", WriteTemporary("empty", ""), "--greedy"});
  Failure({"replay", WriteTemporary("text", "hello, world"), "--greedy"});
  Failure({"replay", "-", "--greedy"}, "hello, world");
  Failure({"replay", "/dev/null", "--greedy"});
}

TEST(HostileTest, TruncatedLogsNeedConsent) {
  const std::string whole = ReadAll(StoryLog());
  const std::string cut =
      WriteTemporary("cut", whole.substr(0, whole.size() / 2));
  EXPECT_TRUE(Says(Failure({"replay", cut, "--greedy"}), "partial"));
  EXPECT_EQ(RunTool({"replay", cut, "--greedy", "--allow-partial"}).exit_code,
            0);
  for (const std::size_t size : {1u, 7u, 8u, 9u, 100u, 400u}) {
    const std::string stump = WriteTemporary("stump", whole.substr(0, size));
    Failure({"replay", stump, "--greedy", "--allow-partial"});
  }
}

TEST(HostileTest, HeadersThatLie) {
  const std::string huge(8, '\xFF');
  Failure({"replay", WriteTemporary("huge", huge + "{}"), "--greedy"});
  std::string log = ReadAll(MakeLog({{1, 2, 3}}));
  const std::size_t shape = log.find("[1,3]");
  ASSERT_NE(shape, std::string::npos);
  log.replace(shape, 5, "[9,9]");
  Failure({"replay", WriteTemporary("lie", log), "--greedy"});
}

TEST(HostileTest, TokensOutsideTheVocabulary) {
  EXPECT_TRUE(
      Says(Failure({"replay", MakeLog({{1, 2, 3}}, {7}), "--greedy"}), "7"));
}

TEST(HostileTest, InputsThatNoLogHolds) {
  const std::string config =
      WriteTemporary("guided.json", R"({"version": 1, "stages": [
          {"type": "guidance", "scale": 1.5}, {"type": "greedy"}]})");
  for (std::vector<std::string> command :
       {std::vector<std::string>{"replay"}, {"explain", "--row", "0"}}) {
    command.insert(command.end(), {StoryLog(), "-c", config});
    EXPECT_TRUE(Says(Failure(command),
                     "/stages/0: guidance needs a second logits row"));
  }
}

TEST(HostileTest, RowsOfProbabilitiesAreNotLogits) {
  const std::string log = MakeLog({{0.25f, 0.5f, 0.25f}}, {0});
  EXPECT_TRUE(
      Says(Failure({"replay", log, "--greedy"}), "the rows are probabilities"));
  EXPECT_EQ(RunTool({"replay", log, "--greedy", "--kind", "raw"}).exit_code, 0);
}

TEST(HostileTest, VocabularyFilesThatAreNot) {
  Failure({"replay", StoryLog(), "--greedy", "--vocab-file", "/no/such/file"});
  Failure({"replay", StoryLog(), "--greedy", "--vocab-file",
           WriteTemporary("vocab.json", "{\"a\":")});
}

TEST(HostileTest, ErrorsAreObjectsForWhoAsksForJson) {
  for (const std::string format : {"--json", "--jsonl"}) {
    const ToolResult result =
        RunTool({"replay", StoryLog(), "-c", "balancd", format});
    EXPECT_EQ(result.exit_code, 2);
    const json answer = json::parse(result.out);
    EXPECT_EQ(answer["error"]["code"], "not_found");
    EXPECT_TRUE(Says(answer["error"]["message"].get<std::string>(),
                     "did you mean \"balanced\"?"));
    EXPECT_TRUE(Says(answer["error"]["hint"].get<std::string>(), "presets: "));
    EXPECT_EQ(
        json::parse(RunTool({"replay", format, "--what"}).out)["error"]["code"],
        "invalid_argument");
  }
}

TEST(HostileTest, OutputThatCannotBeWrittenIsAnError) {
  const ToolResult result = RunTool({"replay", StoryLog(), "--greedy"});
  EXPECT_EQ(result.exit_code, 0);
  const std::string command =
      absl::StrCat("exec ", SAMPLER_TOOL, " replay ", StoryLog(),
                   " --greedy --csv >/dev/full 2>/dev/null");
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 2);
}

TEST(HostileTest, AReaderThatLeavesEndsItQuietly) {
  const std::string err = WriteTemporary("err", "");
  const std::string command =
      absl::StrCat(SAMPLER_TOOL, " replay ", StoryLog(), " --temp 1 --jsonl 2>",
                   err, " | head -n 1 >/dev/null");
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(ReadAll(err), "");
}

TEST(HostileTest, HelpAndVersionAreNotErrors) {
  EXPECT_EQ(RunTool({"--help"}).exit_code, 0);
  EXPECT_EQ(RunTool({"replay", "-h"}).exit_code, 0);
  EXPECT_TRUE(Says(RunTool({"replay", "-h"}).out, "Examples:"));
  EXPECT_EQ(RunTool({"--version"}).out, "sampler 0.2.0\n");
}

}  // namespace
}  // namespace sampler::tools

// Ctrl-C in the middle of a run, and the bar that tells how far it is.

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/logs/log_files.h"
#include "tests/tools/process/watched_tool.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;
using Arguments = std::vector<std::string>;

constexpr int kByInterrupt = 128 + 2;
constexpr std::int64_t kWidth = 1000;
constexpr std::int64_t kRows = 2'000'000;

// A log of so many rows that no test waits for its end. It takes no room: the
// file is a hole.
std::string EndlessLog() {
  const std::string log = WriteTemporary("endless.raw", "");
  std::filesystem::resize_file(log, 4 * kWidth * kRows);
  return log;
}

std::string EndlessTokens() {
  return WriteTemporary("endless.npy",
                        logs::Npy("<i4", absl::StrCat("(", kRows, ",)"),
                                  std::string(4 * kRows, '\0')));
}

Arguments With(Arguments arguments, const Arguments& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

// Runs a command until it has answered some rows, and interrupts it there.
ToolResult Interrupted(const Arguments& arguments, std::int64_t rows = 40) {
  WatchedTool tool(arguments);
  EXPECT_TRUE(tool.WaitForBar(rows));
  tool.Interrupt();
  ToolResult result = tool.Finish();
  EXPECT_EQ(result.exit_code, kByInterrupt) << result.err;
  return result;
}

// The same command over its first rows alone.
json Whole(Arguments arguments, std::int64_t rows) {
  const ToolResult result = RunTool(With(
      std::move(arguments), {"--limit", absl::StrCat(rows), "--json", "-q"}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out, nullptr, /*allow_exceptions=*/false);
}

class InterruptTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!WatchedTool::HasTerminals()) {
      GTEST_SKIP() << "no pseudo-terminals: is /dev/pts mounted?";
    }
  }

  Arguments On(Arguments arguments) const {
    arguments.insert(arguments.begin() + 1, log_);
    arguments.insert(arguments.end(),
                     {"--vocab-size", "1000", "--tokens", tokens_});
    return arguments;
  }

  const std::string log_ = EndlessLog();
  const std::string tokens_ = EndlessTokens();
};

TEST_F(InterruptTest, AReplayIsAnswerOfItsFirstRows) {
  for (const Arguments& chain :
       {Arguments{"--top-k", "40", "--threads", "1"},
        Arguments{"--temp", "0.5", "--threads", "3"}}) {
    const Arguments replay = On(With({"replay"}, chain));
    const ToolResult result = Interrupted(With(replay, {"--json"}));
    const json answer = json::parse(result.out, nullptr, false);
    ASSERT_TRUE(answer.is_object()) << result.out.substr(0, 300);
    EXPECT_EQ(answer["summary"]["interrupted"], true);
    const std::int64_t rows = answer["summary"]["rows"];
    EXPECT_EQ(rows, std::ssize(answer["rows"]));
    EXPECT_GE(rows, 40);
    EXPECT_TRUE(Says(result.err, "of 2,000,000 rows were answered"));
    const json whole = Whole(replay, rows);
    EXPECT_EQ(answer["rows"], whole["rows"]);
    EXPECT_EQ(answer["summary"]["entropy"], whole["summary"]["entropy"]);
    EXPECT_FALSE(whole["summary"].contains("interrupted"));
  }
}

TEST_F(InterruptTest, LinesAreWhole) {
  const ToolResult result =
      Interrupted(On({"replay", "--top-k", "3", "--jsonl"}));
  const std::vector<json> rows = Events(result.out, "row");
  const std::vector<json> summary = Events(result.out, "summary");
  ASSERT_EQ(summary.size(), 1u);
  EXPECT_EQ(summary[0]["rows"], rows.size());
  EXPECT_EQ(summary[0]["interrupted"], true);
  EXPECT_EQ(result.out.back(), '\n');
  const ToolResult csv = Interrupted(On({"replay", "--top-k", "3", "--csv"}));
  EXPECT_EQ(csv.out.back(), '\n');
  const std::vector<std::string> lines = Lines(csv.out);
  const auto commas = [](const std::string& line) {
    return std::count(line.begin(), line.end(), ',');
  };
  EXPECT_EQ(commas(lines.back()), commas(lines.front()));
}

TEST_F(InterruptTest, AComparisonIsOfItsFirstRows) {
  const Arguments compare =
      On({"compare", "--a", "top_k=5", "--b", "min_p=0.5"});
  const ToolResult result = Interrupted(With(compare, {"--json"}));
  const json answer = json::parse(result.out, nullptr, false);
  ASSERT_TRUE(answer.is_object());
  EXPECT_EQ(answer["interrupted"], true);
  const json whole = Whole(compare, answer["rows"]);
  EXPECT_EQ(answer["metrics"], whole["metrics"]);
  EXPECT_EQ(answer["pair"], whole["pair"]);
}

TEST_F(InterruptTest, ASweepIsOfItsFirstSettings) {
  const Arguments sweep =
      On({"sweep", "--param", "top_k=1:1000:1", "--limit", "20"});
  const ToolResult result = Interrupted(With(sweep, {"--json"}), 50);
  const json answer = json::parse(result.out, nullptr, false);
  ASSERT_TRUE(answer.is_object()) << result.err;
  EXPECT_EQ(answer["interrupted"], true);
  ASSERT_GE(answer["rows"].size(), 2u);
  for (std::size_t i = 0; i < answer["rows"].size(); ++i) {
    EXPECT_EQ(answer["rows"][i]["setting"]["top_k"], absl::StrCat(i + 1));
    EXPECT_EQ(answer["rows"][i]["metrics"]["kept"], i + 1);
  }
  EXPECT_TRUE(Says(result.err, "of 1000 settings were measured"));
}

TEST_F(InterruptTest, AnInspectionIsOfItsFirstRows) {
  const ToolResult result = Interrupted(On({"inspect", "--json"}));
  const json answer = json::parse(result.out, nullptr, false);
  ASSERT_TRUE(answer.is_object());
  EXPECT_GE(answer["surveyed"], 40);
  EXPECT_LT(answer["surveyed"], answer["rows"]);
}

// A file that is written appears whole or not at all.
TEST_F(InterruptTest, AConversionLeavesNoFile) {
  const std::string folder = WriteTemporary("folder", "") + ".d";
  std::filesystem::create_directory(folder);
  Interrupted(On({"convert", folder + "/out.npy"}));
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

TEST_F(InterruptTest, APageIsOfItsFirstSteps) {
  const std::string page = WriteTemporary("part.html", "");
  // The most rows that a page takes, each of so many tokens that the last is
  // far away.
  constexpr std::int64_t kWide = 50 * kWidth;
  constexpr std::int64_t kWideRows = kRows / 50;
  const std::string tokens = WriteTemporary(
      "wide.npy", logs::Npy("<i4", absl::StrCat("(", kWideRows, ",)"),
                            std::string(4 * kWideRows, '\0')));
  const ToolResult result = Interrupted(
      {"replay", log_, "--vocab-size", absl::StrCat(kWide), "--tokens", tokens,
       "--top-k", "40", "--limit", "2000", "--html", page},
      20);
  const std::string html = ReadAll(page);
  EXPECT_TRUE(absl::StrContains(html, "of 2,000 rows were answered"));
  EXPECT_TRUE(absl::StrContains(html, "id=\"s19\""));
  EXPECT_TRUE(absl::StrContains(html, "</html>"));
}

// Writes into a pipe, of which `end` is one end, until nobody can.
void FillPipe(int end) {
  const std::string path = absl::StrCat("/proc/self/fd/", end);
  const int other = open(path.c_str(), O_WRONLY | O_NONBLOCK);
  ASSERT_GE(other, 0);
  while (write(other, "\n", 1) == 1) {
  }
  EXPECT_EQ(errno, EAGAIN);
  close(other);
}

// Whether a signal that was sent to a process has not reached it yet.
bool IsPending(pid_t process, int signal) {
  for (const std::string& line :
       Lines(ReadAll(absl::StrCat("/proc/", process, "/status")))) {
    std::uint64_t signals = 0;
    if (absl::StartsWith(line, "ShdPnd:") &&
        absl::SimpleHexAtoi(absl::StripAsciiWhitespace(line.substr(7)),
                            &signals)) {
      return (signals >> (signal - 1) & 1) != 0;
    }
  }
  return false;
}

TEST_F(InterruptTest, TheSecondOneEndsTheRun) {
  // Nobody reads the answer, so the run can come to no end of its own.
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    execl(SAMPLER_TOOL, SAMPLER_TOOL, "replay", log_.c_str(), "--vocab-size",
          "1000", "--tokens", tokens_.c_str(), "--top-k", "3", "--jsonl", "-q",
          nullptr);
    _exit(127);
  }
  ASSERT_GT(child, 0);
  close(ends[1]);
  char first = 0;
  ASSERT_EQ(read(ends[0], &first, 1), 1);
  FillPipe(ends[0]);
  kill(child, SIGINT);
  // Two signals that nobody has taken yet would be one.
  while (IsPending(child, SIGINT)) usleep(1'000);
  kill(child, SIGINT);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGINT);
  close(ends[0]);
}

TEST_F(InterruptTest, EveryLongCommandShowsItsProgress) {
  const std::string out = WriteTemporary("out", "");
  const std::vector<Arguments> commands = {
      {"replay", "--top-k", "3"},
      {"explain", "--row", "1500000", "--mirostat", "2"},
      {"compare", "--a", "top_k=5", "--b", "top_k=6"},
      {"sweep", "--param", "top_k=1,2"},
      {"sweep", "--match", "kept=12", "--family", "top_p"},
      {"inspect"},
      {"convert", out + ".npy"},
      {"convert", out + ".safetensors"}};
  for (const Arguments& command : commands) {
    WatchedTool tool(On(command));
    EXPECT_TRUE(tool.WaitForBar(10)) << command[0];
  }
}

TEST_F(InterruptTest, NobodyElseSeesABar) {
  for (const Arguments& command :
       std::vector<Arguments>{{"replay", "--top-k", "3", "--limit", "3000"},
                              {"inspect", "--limit", "3000"}}) {
    const ToolResult piped = RunTool(On(command));
    EXPECT_FALSE(absl::StrContains(piped.err, "[#")) << piped.err;
    WatchedTool quiet(With(On(command), {"-q"}));
    EXPECT_EQ(quiet.Finish().err, "");
  }
}

}  // namespace
}  // namespace sampler::tools

// Logs that could be two things, that are none, and that change under the
// reader, as a user meets them.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/logs/log_files.h"
#include "tests/tools/process/become.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using logs::ArrayBytes;
using nlohmann::json;

// Three steps of one text, as torch.stack makes them.
std::string Stack(const std::string& tokens_shape) {
  std::vector<logs::Tensor> tensors = {
      {"logits", "F32", "[3,1,4]",
       ArrayBytes<float>({1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0})}};
  if (!tokens_shape.empty()) {
    tensors.push_back(
        {"tokens", "I64", tokens_shape, ArrayBytes<std::int64_t>({2, 2, 1})});
  }
  return WriteTemporary("stack.safetensors", logs::Safetensors(tensors));
}

TEST(OddLogs, AStackOfStepsIsOneTextForPenaltiesToo) {
  const ToolResult result =
      RunTool({"replay", Stack("[3]"), "--presence-penalty", "50", "--temp",
               "0", "--jsonl"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::vector<int> tokens;
  for (const json& row : Events(result.out, "row")) {
    EXPECT_EQ(row["seq"], 0);
    tokens.push_back(row["token"]);
  }
  EXPECT_EQ(tokens, (std::vector<int>{2, 1, 1}));
  EXPECT_TRUE(Says(result.err, "read as [T, B, V], 1 sequence of 3 rows"));
  const ToolResult inspected = RunTool({"inspect", Stack("[1,3]")});
  EXPECT_TRUE(Says(inspected.out, "1 sequence, "));
  EXPECT_TRUE(Says(inspected.out, "read as [T, B, V]"));
}

TEST(OddLogs, AQuestionHasAnAnswer) {
  const ToolResult question = RunTool({"inspect", Stack("")});
  EXPECT_EQ(question.exit_code, 2);
  EXPECT_TRUE(Says(question.err, "--axes tbv or --axes btv"));
  const ToolResult steps =
      RunTool({"inspect", Stack(""), "--axes", "tbv", "--json"});
  EXPECT_EQ(json::parse(steps.out)["sequences"].size(), 1u);
  const ToolResult batch =
      RunTool({"inspect", Stack(""), "--axes", "btv", "--json"});
  EXPECT_EQ(json::parse(batch.out)["sequences"].size(), 3u);
  EXPECT_EQ(RunTool({"inspect", StoryLog(), "--axes", "tbv"}).exit_code, 2);
  EXPECT_EQ(RunTool({"inspect", Stack(""), "--axes", "tvb"}).exit_code, 2);
}

TEST(OddLogs, TeacherFilesAreNeverDense) {
  const std::string log = WriteTemporary(
      "teacher.safetensors",
      logs::Safetensors(
          {{"logits", "F32", "[1,2,3]", ArrayBytes<float>({5, 4, 3, 5, 4, 3})},
           {"indices", "I32", "[1,2,3]",
            ArrayBytes<std::int32_t>({900, 7, 30, 8, 901, 31})}}));
  const ToolResult asked = RunTool({"inspect", log});
  EXPECT_EQ(asked.exit_code, 2);
  EXPECT_TRUE(Says(asked.err, "--vocab-size"));
  const ToolResult inspected =
      RunTool({"inspect", log, "--vocab-size", "1000"});
  EXPECT_EQ(inspected.exit_code, 0) << inspected.err;
  EXPECT_TRUE(Says(inspected.out, "2 x 1,000 tokens"));
  EXPECT_TRUE(Says(inspected.out, "the file has no logsumexp"));
  const ToolResult result = RunTool(
      {"replay", log, "--vocab-size", "1000", "--top-k", "2", "--jsonl"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (const json& row : Events(result.out, "row")) {
    EXPECT_GE(row["token"], 7);
    EXPECT_EQ(row["basis"], "exact");
    EXPECT_EQ(row["raw_logprob"], nullptr);
  }
  const ToolResult open = RunTool(
      {"replay", log, "--vocab-size", "1000", "--temp", "1", "--jsonl"});
  for (const json& row : Events(open.out, "row")) {
    EXPECT_EQ(row["basis"], "bounded");
  }
}

TEST(OddLogs, RowsWithoutALoggedTokenHaveNoTarget) {
  const std::string log = WriteTemporary(
      "labels.safetensors",
      logs::Safetensors(
          {{"logits", "F32", "[1,3,4]",
            ArrayBytes<float>({1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0})},
           {"tokens", "I64", "[1,3]",
            ArrayBytes<std::int64_t>({-100, 2, -100})}}));
  for (const char* history : {"logged", "replayed"}) {
    const ToolResult result =
        RunTool({"replay", log, "--greedy", "--jsonl", "--history", history});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_TRUE(Says(result.err, "label mask (-100 or -1)"));
    const std::vector<json> rows = Events(result.out, "row");
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[0]["target"], nullptr);
    EXPECT_EQ(rows[1]["target"], 2);
    EXPECT_EQ(Events(result.out, "summary")[0]["scored"], 1);
  }
  const ToolResult inspected = RunTool({"inspect", log});
  EXPECT_TRUE(Says(inspected.out, "a logged token for 1 of 3 rows"));
  EXPECT_EQ(RunTool({"explain", log, "--greedy", "--row", "2"}).exit_code, 0);
  const std::string out = WriteTemporary("out.safetensors", "");
  const ToolResult converted = RunTool({"convert", log, out, "--force"});
  EXPECT_EQ(converted.exit_code, 0) << converted.err;
  EXPECT_TRUE(Says(RunTool({"inspect", out}).out, "1 of 3 rows"));
}

// Replays a log to a pipe that is full long before the last row, calls `change`
// when the first is answered, and reads on.
ToolResult ReplayedAcross(const std::string& log,
                          const std::function<void()>& change) {
  const std::string err = WriteTemporary("stderr", "");
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    dup2(open(err.c_str(), O_WRONLY), STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    Become(SAMPLER_TOOL, {"replay", log, "--top-k", "3", "--jsonl"});
  }
  close(ends[1]);
  char block[4096];
  EXPECT_EQ(read(ends[0], block, 1), 1);
  change();
  while (read(ends[0], block, sizeof block) > 0) {
  }
  close(ends[0]);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  return {WEXITSTATUS(status), "", ReadAll(err)};
}

// What a copy in place does: the tool ends with an error, by no signal.
TEST(OddLogs, AChangeWhileItIsReadIsAnError) {
  constexpr int kRows = 4000;
  constexpr int kWidth = 100;
  const std::string bytes =
      logs::Npy("<f4", absl::StrCat("(", kRows, ", ", kWidth, ")"),
                std::string(std::size_t{4} * kRows * kWidth, '\1'));
  for (const bool truncate : {true, false}) {
    const std::string log = WriteTemporary("changing.npy", bytes);
    std::filesystem::last_write_time(
        log, std::filesystem::last_write_time(log) - std::chrono::hours(1));
    const ToolResult result = ReplayedAcross(log, [&] {
      if (truncate) {
        std::filesystem::resize_file(log, 4096);
        return;
      }
      std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(0, std::ios::end);
      file.seekp(-4, std::ios::end);
      file << "over";
    });
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_TRUE(Says(result.err, "row "));
    EXPECT_TRUE(Says(result.err, "wait until it is complete"));
  }
}

TEST(OddLogs, FilesThatAreNoneSayWhatTheyAre) {
  const std::vector<std::pair<std::string, std::string>> files = {
      {R"({"choices":[{"logprobs":{"content":[]}}]})",
       "none in an answer of an OpenAI-compatible server"},
      {"data: {\"a\":[]}\n\n", "server-sent events"},
      {"1.5,2.5\n3,4\n", "CSV"},
      {"GGUF....", "GGUF"},
      {"", "an empty file"}};
  for (const auto& [bytes, says] : files) {
    for (const char* command : {"inspect", "replay", "explain"}) {
      std::vector<std::string> arguments = {command,
                                            WriteTemporary("file", bytes)};
      if (command != std::string("inspect")) arguments.push_back("--greedy");
      if (command == std::string("explain")) {
        arguments.insert(arguments.end(), {"--row", "0"});
      }
      const ToolResult result = RunTool(arguments);
      EXPECT_EQ(result.exit_code, 2);
      EXPECT_TRUE(Says(result.err, says));
      EXPECT_FALSE(absl::StrContains(result.err, "internal"));
    }
  }
  for (const char* option :
       {"--tokens", "--prompt-tokens", "--vocab-file", "--config"}) {
    const ToolResult result =
        RunTool({"replay", StoryLog(), "--greedy", option, testing::TempDir()});
    EXPECT_EQ(result.exit_code, 2) << option;
    EXPECT_FALSE(absl::StrContains(result.err, "internal")) << result.err;
    EXPECT_FALSE(absl::StrContains(result.err, "basic_filebuf")) << result.err;
  }
}

}  // namespace
}  // namespace sampler::tools

// `sampler convert`: the same log in another format, what that loses, and what
// a killed process was logging.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/logs/logger.h"
#include "tests/tools/tool.h"

namespace sampler::tools::convert_test {
namespace {

using nlohmann::json;

// The name of a file that is not there yet.
std::string Out(absl::string_view name) {
  std::string path = WriteTemporary(name, "");
  std::filesystem::remove(path);
  return path;
}

// What a replay says, row by row, without the name of the log.
std::vector<json> Replay(const std::string& log,
                         const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"replay", log, "--config", "balanced",
                                        "--jsonl"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const ToolResult result = RunTool(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return Events(result.out, "row");
}

TEST(Convert, KeepsEveryBitOfADenseLog) {
  const std::string copy = Out("copy.safetensors");
  const ToolResult result = RunTool({"convert", StoryLog(), copy});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(
      Says(result.out, "safetensors f16, 24 rows, 1 sequence, 2,360,0"));
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(Replay(copy), Replay(StoryLog()));
}

TEST(Convert, GoesThroughNpyAndBack) {
  const std::string npy = Out("rows.npy");
  ToolResult result = RunTool({"convert", StoryLog(), npy});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (const char* loss : {"tokens:", "sequences:", "metadata:"}) {
    EXPECT_TRUE(Says(result.err, loss));
  }
  const std::string tokens = WriteTemporary("tokens.json", [] {
    json ids = json::array();
    for (const json& row : Replay(StoryLog())) ids.push_back(row["target"]);
    return ids.dump();
  }());
  const std::string back = Out("back.safetensors");
  result = RunTool({"convert", npy, back, "--tokens", tokens});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(Replay(back), Replay(StoryLog()));
}

TEST(Convert, SaysWhatCodesLose) {
  const std::string kld = Out("log.kld");
  const ToolResult result = RunTool({"convert", StoryLog(), kld, "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json report = json::parse(result.out);
  EXPECT_EQ(report["format"], "llama.cpp _logits_");
  EXPECT_EQ(report["rows"], 24);
  EXPECT_EQ(report["bytes"], std::filesystem::file_size(kld));
  EXPECT_TRUE(Says(report["losses"].dump(), "16-bit codes"));
  EXPECT_TRUE(Says(report["losses"].dump(), "3 tokens are invented"));
  // The chain cuts the tail, so the tokens are the same all the same.
  const std::vector<json> before = Replay(StoryLog());
  const std::vector<json> after = Replay(kld);
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(after[i]["token"], before[i]["token"]);
    EXPECT_EQ(after[i]["target"], before[i]["target"]);
  }
}

TEST(Convert, RoundsOnRequest) {
  const std::string rounded = Out("bf16.safetensors");
  const ToolResult result =
      RunTool({"convert", StoryLog(), rounded, "--to-dtype", "bf16"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(Says(result.err, "rounded from f16 to bf16"));
  EXPECT_TRUE(Says(RunTool({"inspect", rounded}).out, "bf16"));
}

// Without a first top-k of 40 a row of 64 tokens decides nothing.
TEST(Convert, MakesATopKLogThatReplaysExactlyWithinItsTokens) {
  const std::string top = Out("top.safetensors");
  const ToolResult result =
      RunTool({"convert", StoryLog(), top, "--top-k", "64"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(Says(result.err, "tail: of each row only 64 likeliest tokens"));
  EXPECT_LT(std::filesystem::file_size(top), 20'000u);
  std::vector<json> before = Replay(StoryLog());
  std::vector<json> after = Replay(top);
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(after[i]["basis"], "exact");
    EXPECT_EQ(after[i]["entropy_raw"], nullptr);
    for (const char* number :
         {"raw_logprob", "target_raw_logprob", "kept_mass"}) {
      EXPECT_NEAR(after[i][number].get<double>(),
                  before[i][number].get<double>(), 1e-5)
          << number;
      after[i].erase(number);
      before[i].erase(number);
    }
    after[i].erase("entropy_raw");
    before[i].erase("entropy_raw");
    EXPECT_EQ(after[i], before[i]);
  }
}

TEST(Convert, ReplacesNothingUnasked) {
  const std::string out = WriteTemporary("taken.safetensors", "precious");
  ToolResult result = RunTool({"convert", StoryLog(), out});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(Says(result.err, "exists already"));
  EXPECT_TRUE(Says(result.err, "--force"));
  EXPECT_EQ(ReadAll(out), "precious");
  result = RunTool({"convert", StoryLog(), out, "--force", "--quiet"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(Replay(out), Replay(StoryLog()));
}

TEST(Convert, SaysWhatItCannotDo) {
  const std::string top = Out("k.safetensors");
  ASSERT_EQ(RunTool({"convert", StoryLog(), top, "--top-k", "3"}).exit_code, 0);
  const std::string out = Out("o");
  struct Case {
    std::vector<std::string> arguments;
    const char* says;
  };
  for (const Case& c :
       {Case{{StoryLog(), out}, "name of no format"},
        {{StoryLog(), out, "--to", "npy", "--top-k", "3"}, "want safetensors"},
        {{StoryLog(), out, "--to", "llama", "--to-dtype", "f16"}, "--to-dtype"},
        {{top, out, "--to", "npy"}, "top-k log"},
        {{StoryLog(), out, "--recover"}, "smpl-log"},
        {{StoryLog(), out, "--recover", "--top-k", "3"}, "--recover"},
        {{"/no/log", out, "--recover"}, "/no/log"}}) {
    std::vector<std::string> arguments = {"convert"};
    arguments.insert(arguments.end(), c.arguments.begin(), c.arguments.end());
    const ToolResult result = RunTool(arguments);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_TRUE(Says(result.err, c.says));
    EXPECT_FALSE(std::filesystem::exists(out));
  }
}

std::vector<float> RowOf(int n) {
  std::vector<float> row(500);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = static_cast<float>(
                 (i * 7919 + static_cast<std::size_t>(n) * 104'729) % 1000) /
             100.0f;
  }
  return row;
}

TEST(Convert, RecoversWhatAKilledProcessWasLogging) {
  std::mt19937 engine(3);
  for (int i = 0; i < 12; ++i) {
    const std::string path = Out(absl::StrCat("run", i));
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      auto logger = logs::Logger::Create(path, {.vocabulary_size = 500});
      for (int n = 0; logger.ok(); ++n) {
        if (!logger->Append(0, RowOf(n), n % 500).ok()) _exit(1);
        const int rows = n + 1;
        if (write(ends[1], &rows, sizeof rows) != sizeof rows) _exit(1);
      }
      _exit(1);
    }
    ASSERT_GT(child, 0);
    close(ends[1]);
    int rows = 0;
    ASSERT_EQ(read(ends[0], &rows, sizeof rows),
              static_cast<ssize_t>(sizeof rows));
    usleep(static_cast<unsigned>(engine()) % 5'000);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    while (read(ends[0], &rows, sizeof rows) > 0) {
    }
    close(ends[0]);
    const std::string out = path + ".safetensors";
    const ToolResult result =
        RunTool({"convert", "--recover", path + ".partial", out, "--json"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const int recovered = json::parse(result.out)["rows"];
    EXPECT_GE(recovered, rows);
    EXPECT_LE(recovered, rows + 1);
    // Raw bytes of the rows stand at the end of the file.
    const std::string bytes = ReadAll(out);
    std::string expected;
    for (int n = 0; n < recovered; ++n) {
      const std::vector<float> row = RowOf(n);
      expected.append(reinterpret_cast<const char*>(row.data()),
                      4 * row.size());
    }
    EXPECT_TRUE(bytes.substr(bytes.size() - expected.size()) == expected);
    EXPECT_EQ(RunTool({"inspect", out, "--quiet"}).exit_code, 0);
    std::filesystem::remove(path + ".partial");
    std::filesystem::remove(out);
  }
}

}  // namespace
}  // namespace sampler::tools::convert_test

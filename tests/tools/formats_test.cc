// The table "Which log for which command" of tools/README.md is what the
// commands do: one log of each format, under every command.

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

// The arguments that open a log of a format; --tokens apart.
struct FormatLog {
  std::vector<std::string> open;
  std::vector<std::string> tokens;
};

std::string Temporary(const std::string& name) {
  return WriteTemporary(name, "");
}

// The shipped story in another format.
std::string Converted(const std::string& name,
                      std::vector<std::string> options) {
  const std::string path = Temporary(name);
  options.insert(options.begin(),
                 {"convert", StoryLog(), path, "--force", "-q"});
  EXPECT_EQ(RunTool(options).exit_code, 0) << name;
  return path;
}

std::string TokensFile() {
  std::string ids;
  const ToolResult replay =
      RunTool({"replay", StoryLog(), "--temp", "1", "--jsonl", "-q"});
  for (const json& row : Events(replay.out, "row")) {
    absl::StrAppend(&ids, row["target"].get<int>(), "\n");
  }
  return WriteTemporary("formats-tokens.txt", ids);
}

// Logs by the words of the table's first column.
std::map<std::string, FormatLog> Logs() {
  const std::vector<std::string> tokens = {"--tokens", TokensFile()};
  const std::string npy = Converted("story.npy", {"--to-dtype", "f32"});
  // A .npy is a header in front of raw numbers.
  const std::string bytes = ReadAll(npy);
  const std::string raw = WriteTemporary(
      "formats-story.bin", bytes.substr(bytes.size() - 24u * 49152u * 4u));
  return {
      {"safetensors, whole rows", {{StoryLog()}, {}}},
      {"`.npy`, `.npz`", {{npy}, tokens}},
      {"raw numbers, with `--vocab-size`",
       {{raw, "--vocab-size", "49152", "--dtype", "f32"}, tokens}},
      {"llama.cpp `_logits_`", {{Converted("story.kld", {})}, {}}},
      {"safetensors of likeliest tokens",
       {{Converted("listed.safetensors", {"--top-k", "20"})}, {}}},
      {"answers of servers",
       {{DataFile("server/llama-completion.json"), "--vocab-size", "49152"},
        {}}},
  };
}

ToolResult Run(const std::string& command, const FormatLog& log,
               bool with_tokens, std::vector<std::string> options) {
  std::vector<std::string> arguments = {command};
  arguments.insert(arguments.end(), log.open.begin(), log.open.end());
  if (with_tokens) {
    arguments.insert(arguments.end(), log.tokens.begin(), log.tokens.end());
  }
  options.emplace_back("-q");
  arguments.insert(arguments.end(), options.begin(), options.end());
  return RunTool(arguments);
}

// What a command does with a log under a chain that cuts nothing, in the
// table's words.
std::string Does(const std::string& command, const FormatLog& log) {
  if (command == "inspect") {
    return Run(command, log, false, {}).exit_code == 0 ? "works" : "refused";
  }
  if (command == "convert") {
    const ToolResult result =
        Run(command, log, false, {Temporary("again.safetensors"), "--force"});
    return result.exit_code == 0 ? "works" : "refused";
  }
  if (command == "replay") {
    const ToolResult result =
        Run(command, log, false, {"--temp", "0.8", "--jsonl", "--limit", "3"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    for (const json& row : Events(result.out, "row")) {
      if (row["basis"] != "exact") return "bounded";
    }
    return "works";
  }
  if (command == "compare") {
    const ToolResult result =
        Run(command, log, false, {"--b", "temp=0.8", "--json", "--limit", "3"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    const json side = json::parse(result.out)["b"];
    const int open = side["undecided"].get<int>() + side["ends"].get<int>() +
                     side["bounded"].get<int>();
    return open > 0 ? "bounded" : "works";
  }
  const bool needs_tokens = !log.tokens.empty();
  if (needs_tokens) {
    EXPECT_EQ(
        Run("verify", log, false, {"--temp", "0.8", "--seed", "1"}).exit_code,
        2);
  }
  const ToolResult result =
      Run("verify", log, needs_tokens,
          {"--temp", "0.8", "--seed", "1", "--json", "--limit", "3"});
  const json basis = json::parse(result.out)["summary"]["basis"];
  if (basis["exact_match"]["unknowable"] == 0) {
    return needs_tokens ? "with `--tokens`" : "works";
  }
  return basis["prob"]["bounded"] > 0 ? "bounded" : "unknowable";
}

std::vector<std::string> Cells(const std::string& line) {
  std::vector<std::string> cells;
  for (absl::string_view cell : absl::StrSplit(line, '|')) {
    cells.emplace_back(absl::StripAsciiWhitespace(cell));
  }
  return {cells.begin() + 1, cells.end() - 1};
}

TEST(Formats, TheTableIsWhatTheCommandsDo) {
  const std::string page = ReadAll(DataFile("../../tools/README.md"));
  const std::map<std::string, FormatLog> logs = Logs();
  const std::vector<std::string> commands = {"inspect", "replay", "compare",
                                             "verify", "convert"};
  std::size_t found = 0;
  for (const std::string& line :
       std::vector<std::string>(absl::StrSplit(page, '\n'))) {
    if (!absl::StartsWith(line, "| ")) continue;
    const std::vector<std::string> cells = Cells(line);
    const auto log = logs.find(cells[0]);
    if (log == logs.end() || cells.size() != 6) continue;
    ++found;
    for (std::size_t c = 0; c < commands.size(); ++c) {
      EXPECT_TRUE(
          absl::StartsWith(cells[c + 1], Does(commands[c], log->second)))
          << cells[0] << ", " << commands[c] << ": the table says "
          << cells[c + 1] << ", it is " << Does(commands[c], log->second);
    }
  }
  EXPECT_EQ(found, logs.size());
}

}  // namespace
}  // namespace sampler::tools

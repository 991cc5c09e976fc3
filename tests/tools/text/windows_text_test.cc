// Texts as Windows writes them: a byte order mark before them and line ends of
// two characters change nothing, in whatever file they stand.

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "tests/tools/in_process.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

constexpr char kMark[] = "\xef\xbb\xbf";

// A text that is read, and the command line that reads it: "@" is its name.
struct ReadText {
  std::string name;
  std::string text;
  std::vector<std::string> command;
};

std::vector<ReadText> ReadTexts() {
  const std::string log = MakeLog({{1, 2, 3, 4}, {4, 3, 2, 1}, {1, 1, 2, 2}});
  const std::string config =
      "{\"version\": 1,\n\"stages\": [{\"type\": \"top_k\", \"k\": 2},\n"
      "{\"type\": \"categorical\"}]}\n";
  const std::string vocabulary = WriteTemporary(
      "vocab.json", R"({"a": 0, "b": 1, "c": 2, "d": 3, " e": 4})");
  const std::string settings =
      WriteTemporary("vllm.json", R"({"temperature": 0.5})");
  const std::string tokens = WriteTemporary("ids.json", "[3, 0, 2, 1, 3]");
  const std::string answer =
      R"({"id": "x", "object": "chat.completion", "choices": [{"index": 0,
 "message": {"content": "a"}, "logprobs": {"content": [{"token": "a",
 "logprob": -0.1, "top_logprobs": [{"token": "a", "logprob": -0.1},
 {"token": "b", "logprob": -2.5}]}]}}]})"
      "\n";
  const std::string events =
      "data: " + absl::StrReplaceAll(answer, {{"\n", ""}}) +
      "\n\ndata: [DONE]\n\n";
  const std::vector<std::string> inspect = {
      "inspect", "@", "--vocab-file", vocabulary, "--vocab-size", "5"};
  const auto explain = [&](const char* option) {
    return std::vector<std::string>{"explain",  log,    "--row", "0",
                                    "--greedy", option, "@"};
  };
  const auto import = [](const char* runtime) {
    return std::vector<std::string>{"import", runtime, "@"};
  };
  return {
      {"config.json", config, {"validate", "@"}},
      {"chain.json", config, {"compare", log, "--a", "@;top_k=1", "--csv"}},
      {"tokens.json",
       "[3,\n0,\n2]\n",
       {"replay", log, "--greedy", "--tokens", "@"}},
      {"tokens.txt", "3\n0\n2\n", {"replay", log, "--greedy", "--tokens", "@"}},
      {"pieces.txt", "a\nb\nc\nd\n", explain("--vocab-file")},
      {"vocab.json", "{\"a\": 0,\n\"b\": 1}\n", explain("--vocab-file")},
      {"key", "5\n", {"detect", tokens, "--scheme", "kgw", "--key-file", "@"}},
      {"key.json",
       "{\"key\":\n 5}\n",
       {"detect", tokens, "--scheme", "kgw", "--key-file", "@"}},
      {"answer.json", answer, inspect},
      {"answer.sse", events, inspect},
      {"request.json", "{\"temperature\":\n0.5}\n", import("llama.cpp")},
      {"unnamed.json",
       "{\"temperature\": 0.5,\n\"mirostat_mode\": 0,\n"
       "\"dynatemp_range\": 0, \"rep_pen\": 1.1}\n",
       {"import", "@"}},
      {"flags.txt", "--temp 0.5\n--top-k 3\n", import("llama.cpp")},
      {"models.ini", "[m]\ntemp = 0.5\ntop-k = 3\n", import("llama.cpp")},
      {"settings.env", "LLAMA_ARG_TOP_K=3\n", import("llama.cpp")},
      {"Modelfile", "FROM x\nPARAMETER temperature 0.5\n", import("ollama")},
      {"preset.yaml", "temperature: 0.5\ntop_k: 3\n", import("textgen")},
      {"generation_config.json",
       "{\"top_k\":\n7}\n",
       {"import", "vllm", settings, "--generation-config", "@"}}};
}

// All that is printed, the file's name and size aside.
ToolResult Printed(const ReadText& read, const std::string& text) {
  const std::string path = WriteTemporary(read.name, text);
  std::vector<std::string> arguments = {};
  for (const std::string& word : read.command) {
    arguments.push_back(absl::StrReplaceAll(word, {{"@", path}}));
  }
  ToolResult result = RunInProcess(arguments);
  result.out = absl::StrReplaceAll(
      result.out, {{absl::StrCat(text.size(), " bytes"), "bytes"}});
  std::string kept;
  for (const std::string& line : Lines(result.err)) {
    if (!absl::StrContains(line, "rows per second")) kept += line + "\n";
  }
  result.err = kept;
  return result;
}

TEST(WindowsText, IsReadLikeAnyOther) {
  for (const ReadText& read : ReadTexts()) {
    const ToolResult plain = Printed(read, read.text);
    EXPECT_EQ(plain.exit_code, 0) << read.name << plain.err;
    const std::string two = absl::StrReplaceAll(read.text, {{"\n", "\r\n"}});
    for (const std::string& text : {kMark + read.text, two, kMark + two}) {
      const ToolResult result = Printed(read, text);
      EXPECT_EQ(result.exit_code, plain.exit_code) << read.name << result.err;
      EXPECT_EQ(result.out, plain.out) << read.name;
      EXPECT_EQ(result.err, plain.err) << read.name;
    }
  }
}

}  // namespace
}  // namespace sampler::tools

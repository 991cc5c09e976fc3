// Hostile text in every place that a user or a file can fill: whatever a
// command answers, every byte of it is fit for a terminal, and no line of it is
// the text's own.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/parameters/printable.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

// Escape sequences, C0, DEL, C1 as UTF-8 and bare, bidi marks and overrides,
// line separators, tags, broken UTF-8, and lines that look like the tool's.
std::string Hostile() {
  return "\x1b]0;owned\x07\x1b[31m\x1b[1m\x08\r\x7f\xc2\x9b"
         "2J\xc2\x85\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xae\xe2\x80\xaa"
         "\xe2\x81\xa6\xe2\x81\xa9\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c"
         "\xe2\x80\x8b\xf3\xa0\x81\x81\xef\xbb\xbf\x9b\xff\xc0\xaf\xed\xa0\x80"
         "\nPLANTED error: forged\n\tPLANTED";
}

// The same without what is no UTF-8, for JSON.
std::string HostileUtf8() {
  std::string text = Hostile();
  const std::size_t bad = text.find("\x9b\xff");
  return text.erase(bad, 7);
}

testing::AssertionResult IsFit(const std::string& text) {
  if (!IsUtf8(text)) return testing::AssertionFailure() << "no UTF-8";
  absl::string_view rest = text;
  while (!rest.empty()) {
    const Character character = FirstCharacter(rest);
    if (character.code != '\n' && IsUnsafe(character.code)) {
      return testing::AssertionFailure()
             << "U+" << std::hex << static_cast<unsigned>(character.code)
             << " in " << EscapeUnsafe(text, Escapes::kBytes).substr(0, 2000);
    }
    rest.remove_prefix(character.length);
  }
  for (const std::string& line : Lines(text)) {
    if (absl::StartsWith(line, "PLANTED")) {
      return testing::AssertionFailure() << "a forged line in " << text;
    }
  }
  return testing::AssertionSuccess();
}

class HostileText : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = absl::StrCat(testing::TempDir(), "/hostile.XXXXXX");
    ASSERT_NE(mkdtemp(folder_.data()), nullptr);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // A file with a hostile name.
  std::string File(absl::string_view end, const std::string& content) const {
    const std::string path = absl::StrCat(folder_, "/", Hostile(), end);
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  void Check(const std::vector<std::string>& arguments,
             const std::string& input = "") const {
    for (const char* format : {"", "--json", "--jsonl", "--csv"}) {
      std::vector<std::string> line = arguments;
      if (*format != '\0') line.emplace_back(format);
      const ToolResult result = RunTool(line, input);
      const std::string shown =
          EscapeUnsafe(absl::StrJoin(line, " "), Escapes::kBytes);
      EXPECT_LE(result.exit_code, 2) << shown;
      EXPECT_TRUE(IsFit(result.out)) << shown;
      EXPECT_TRUE(IsFit(result.err)) << shown;
    }
  }

  std::string folder_;
};

// A log whose tensors and metadata have hostile names.
std::string HostileLog() {
  json header;
  header["__metadata__"] = {{HostileUtf8(), HostileUtf8()},
                            {"kind", HostileUtf8()}};
  header["logits"] = {
      {"dtype", "F32"}, {"shape", {2, 3}}, {"data_offsets", {0, 24}}};
  header[HostileUtf8()] = {
      {"dtype", "F32"}, {"shape", {2, 3}}, {"data_offsets", {24, 48}}};
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::string log;
  for (int i = 0; i < 8; ++i) {
    log += static_cast<char>(text.size() >> (8 * i) & 0xFF);
  }
  return log + text + std::string(48, '\x3f');
}

TEST_F(HostileText, IsEscapedWhereverItStands) {
  const std::string log = File(".safetensors", ReadAll(StoryLog()));
  const std::string odd = File(".odd", HostileLog());
  const std::string config =
      File(".json", json{{"version", 1},
                         {"description", HostileUtf8()},
                         {"stages", {{{"type", "greedy"}}}}}
                        .dump());
  const std::string broken =
      File(".broken", json{{"version", 1},
                           {HostileUtf8(), HostileUtf8()},
                           {"stages", {{{"type", HostileUtf8()}}}}}
                          .dump());
  const std::string junk = File(".junk", Hostile());
  const std::string absent = absl::StrCat(folder_, "/", Hostile(), "absent");
  json vocabulary;
  for (int id = 0; id < 200; ++id) {
    vocabulary[absl::StrCat(HostileUtf8(), id)] = id;
  }
  const std::string texts = File(".vocab", vocabulary.dump());

  for (const std::string& path : {log, odd, junk, absent, folder_}) {
    Check({"inspect", path});
    Check({"replay", path, "--greedy"});
    Check({"explain", path, "--greedy", "--row", "0"});
    Check({"convert", path, absl::StrCat(folder_, "/", Hostile(), "out.npy"),
           "--force"});
    Check({"convert", path, path, "--force"});
    Check({"convert", "--recover", path, absl::StrCat(folder_, "/out")});
  }
  Check({"inspect", odd, "--tensor", "logits"});
  Check({"inspect", odd, "--tensor", Hostile()});
  for (const std::string& path : {config, broken, junk, absent, folder_}) {
    Check({"validate", path});
    Check({"replay", StoryLog(), "-c", path, "--rows", "0:2"});
    Check({"explain", StoryLog(), "-c", path, "--row", "0"});
    Check({"import", "llama.cpp", path});
    Check({"import", "vllm", path, "-o", path});
    Check({"replay", StoryLog(), "--greedy", "--tokens", path});
    Check({"replay", StoryLog(), "--greedy", "--prompt-tokens", path});
    Check({"replay", StoryLog(), "--greedy", "--vocab-file", path});
  }
  Check({"replay", StoryLog(), "--greedy", "--rows", "0:2", "--vocab-file",
         texts});
  Check(
      {"explain", StoryLog(), "--greedy", "--row", "0", "--vocab-file", texts});
  Check({"inspect", "-"}, Hostile());
  Check({"import", "llama.cpp", "-"}, broken);
  Check({"import", "huggingface", "--text",
         json{{"temperature", 0.5}, {HostileUtf8(), HostileUtf8()}}.dump()});
}

TEST_F(HostileText, IsEscapedInEveryArgument) {
  const std::string text = Hostile();
  Check({text});
  Check({"--" + text});
  for (const char* command :
       {"inspect", "replay", "explain", "validate", "import", "convert"}) {
    Check({command, text});
    Check({command, "--" + text});
    Check({command, StoryLog(), text, text});
  }
  for (const char* option :
       {"--seed", "--stream", "--step", "--rows", "--temp", "--top-k",
        "--threads", "--kind", "--dtype", "--floor", "--tensor", "--color",
        "--vocab-size", "--logit-bias", "--dry-sequence-breaker", "--config",
        "--history", "--top-logprobs"}) {
    Check({"replay", StoryLog(), "--greedy", option, text});
  }
  for (const char* option : {"--to", "--to-dtype", "--top-k"}) {
    Check({"convert", StoryLog(), folder_ + "/x", option, text});
  }
  Check({"import", text, "--text", "{}"});
  Check({"import", "llama.cpp", "--text", text});
  Check({"import", "llama.cpp", "--eos-ids", text});
  Check({"explain", StoryLog(), "--greedy", "--row", text});
}

TEST_F(HostileText, IsEscapedBesideColours) {
  const std::string log = File(".safetensors", ReadAll(StoryLog()));
  for (const std::vector<std::string>& line :
       {std::vector<std::string>{"inspect", log},
        {"replay", log, "--greedy"},
        {"validate", File(".junk", Hostile())}}) {
    std::vector<std::string> arguments = line;
    arguments.insert(arguments.end(), {"--color", "always"});
    const ToolResult result = RunTool(arguments);
    EXPECT_FALSE(absl::StrContains(result.out, "\x1b]0;owned"));
    EXPECT_FALSE(absl::StrContains(result.out, "\x1b[31m\x1b[1m"));
    EXPECT_FALSE(absl::StrContains(result.out, "\r"));
    EXPECT_FALSE(absl::StrContains(result.out, "\nPLANTED"));
  }
}

}  // namespace
}  // namespace sampler::tools

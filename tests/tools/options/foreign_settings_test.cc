#include "tools/options/foreign_settings.h"

#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

constexpr char kRequest[] =
    R"({"n_predict": 64, "top_k": 50, "repeat_last_n": 32})";
constexpr char kConfig[] =
    R"({"version": 1, "stages": [{"type": "top_k", "k": 5},
        {"type": "categorical"}]})";

TEST(ForeignSettings, AConfigIsToldFromSettings) {
  EXPECT_TRUE(LooksLikeConfig(kConfig));
  EXPECT_TRUE(LooksLikeConfig(R"({"stages": []})"));
  EXPECT_FALSE(LooksLikeConfig(R"({"stages": 3})"));
  EXPECT_FALSE(LooksLikeConfig(R"([{"stages": []}])"));
  EXPECT_FALSE(LooksLikeConfig(kRequest));
  EXPECT_FALSE(LooksLikeConfig("--top-k 40"));
  EXPECT_FALSE(LooksLikeConfig(""));
}

TEST(ForeignSettings, WhoGivesThemAsAConfigIsToldToImport) {
  const std::string file = WriteTemporary("request.json", kRequest);
  const std::string command =
      absl::StrCat("sampler import llama.cpp ", file, " -o chain.json");
  const ToolResult replay = RunTool({"replay", StoryLog(), "--config", file});
  EXPECT_EQ(replay.exit_code, 2);
  EXPECT_TRUE(Says(replay.err, "hint: these look like settings of llama.cpp"));
  EXPECT_TRUE(Says(replay.err, command));
  EXPECT_TRUE(Says(RunTool({"validate", file}).out, command));
  EXPECT_TRUE(Says(RunTool({"export", "vllm", file}).err, command));
}

TEST(ForeignSettings, AWrongConfigIsNotCalledSettings) {
  const std::string file =
      WriteTemporary("wrong.json", R"({"version": 1, "stages": [3]})");
  const ToolResult replay = RunTool({"replay", StoryLog(), "--config", file});
  EXPECT_EQ(replay.exit_code, 2);
  EXPECT_EQ(replay.err.find("import"), std::string::npos) << replay.err;
}

TEST(ForeignSettings, WhoImportsAConfigIsToldThatItIsOne) {
  const std::string file = WriteTemporary("config.json", kConfig);
  const ToolResult result = RunTool({"import", file});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(Says(result.err, "got a config of this tool"));
  EXPECT_TRUE(Says(result.err, "sampler replay LOG --config FILE"));
}

// The name of a file that is right, but doubtful.
TEST(ForeignSettings, ADoubtfulConfigsNameIsEscaped) {
  const std::string file = WriteTemporary(
      "doubt\x1b[31m.json",
      R"({"version": 1, "stages": [{"type": "allow_tokens", "ids": [3]},
          {"type": "suppress_tokens", "ids": [3]}, {"type": "greedy"}]})");
  const ToolResult result = RunTool({"validate", file});
  EXPECT_TRUE(Says(result.out, "warning"));
  EXPECT_EQ(result.out.find('\x1b'), std::string::npos) << result.out;
  std::remove(file.c_str());
}

}  // namespace
}  // namespace sampler::tools

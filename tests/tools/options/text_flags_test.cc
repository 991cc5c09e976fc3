// Sampler flags whose values are text, turned into tokens by a vocabulary.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "tests/tools/tool.h"
#include "tools/options/config_options.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

// 0 "a", 1 "b", 2 " ab", 3 "\n", 4 ".\n", 5 "ab", 6 "x.".
TokenText Vocabulary() {
  return TokenText::Open(
             WriteTemporary("vocab.json",
                            R"({"a": 0, "b": 1, "Ġab": 2, "Ċ": 3, ".Ċ": 4,
                                 "ab": 5, "x.": 6})"))
      .value();
}

std::string FlagChain(const std::vector<ConfigFlag>& flags,
                      const TokenText& text = Vocabulary(),
                      std::optional<PipelineConfig> base = std::nullopt) {
  const auto config = ApplyFlags(flags, std::move(base), 7, text);
  return config.ok() ? ChainText(*config)
                     : absl::StrCat("error: ", config.status().message());
}

TEST(TextFlagsTest, BreakersAreEveryWayTheTextMayOccur) {
  EXPECT_EQ(FlagChain({{"--dry-multiplier", "0.8"},
                       {"--dry-sequence-breaker", "\\n"}}),
            "dry(0.8, breakers=[[3], [4]]) -> categorical");
  // Inside tokens, and from the end of one into the next.
  EXPECT_EQ(FlagChain({{"--dry-multiplier", "0.8"},
                       {"--dry-sequence-breaker", ".\\n"}}),
            "dry(0.8, breakers=[[4], [6, 3]]) -> categorical");
}

TEST(TextFlagsTest, WordsAreBannedWithAndWithoutASpace) {
  EXPECT_EQ(FlagChain({{"--bad-words", "ab"}}),
            "bad_words([[5], [2]]) -> categorical");
  EXPECT_EQ(FlagChain({{"--bad-words", "ba"}}),
            "bad_words([[1, 0]]) -> categorical");
}

TEST(TextFlagsTest, ProtectedTokensContainTheText) {
  EXPECT_EQ(FlagChain({{"--xtc-probability", "0.5"}, {"--xtc-protect", "\\n"}}),
            "xtc(0.5, protect=[3, 4]) -> categorical");
}

TEST(TextFlagsTest, RepeatedFlagsAddUp) {
  EXPECT_EQ(
      FlagChain(
          {{"--bad-words", "ab"}, {"--bad-words", "a"}, {"--bad-words", "ab"}}),
      "bad_words([[5], [2], [0]]) -> categorical");
  const PipelineConfig base = {
      .stages = {{"xtc", {{"probability", 0.5}, {"protect", Value::List{1}}}},
                 {"categorical"}}};
  EXPECT_EQ(FlagChain({{"--xtc-protect", "\\n"}, {"--xtc-protect", "x"}},
                      Vocabulary(), base),
            "xtc(0.5, protect=[1, 3, 4, 6]) -> categorical");
}

TEST(TextFlagsTest, SaysWhatIsMissing) {
  EXPECT_EQ(FlagChain({{"--bad-words", "ab"}}, TokenText()),
            "error: --bad-words ab: the tokens of a text are not known");
  EXPECT_EQ(FlagChain({{"--bad-words", "zz"}}),
            "error: --bad-words zz: no tokens of the vocabulary spell this "
            "text");
  EXPECT_EQ(FlagChain({{"--xtc-protect", ""}}),
            "error: --xtc-protect: no tokens of the vocabulary spell this "
            "text");
  EXPECT_TRUE(Says(FlagChain({{"--bad-words", "\\q"}}), "--bad-words \\q: "));
}

TEST(TextFlagsTest, TheToolReadsThemFromATokenizer) {
  const auto replay = [](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"replay", StoryLog(), "--greedy",
                                          "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunTool(arguments);
  };
  const std::vector<std::string> vocabulary = {"--vocab-file",
                                               DataFile("tokenizer.json")};
  std::vector<std::string> flags = vocabulary;
  flags.insert(flags.end(), {"--bad-words", "the", "--bad-words", "\\n"});
  const auto answer = json::parse(replay(flags).out);
  const auto without = json::parse(replay(vocabulary).out);
  ASSERT_EQ(answer.at("rows").size(), without.at("rows").size());
  int changed = 0;
  for (std::size_t i = 0; i < answer.at("rows").size(); ++i) {
    const json& row = answer.at("rows")[i];
    EXPECT_NE(row.at("text"), " the") << i;
    EXPECT_NE(row.at("text"), "\n") << i;
    changed += row.at("token") != without.at("rows")[i].at("token") ? 1 : 0;
  }
  EXPECT_GT(changed, 0);
  const ToolResult blind = replay({"--bad-words", "the"});
  EXPECT_EQ(blind.exit_code, 2);
  EXPECT_TRUE(Says(blind.err, "hint: give the vocabulary: --vocab-file"));
}

}  // namespace
}  // namespace sampler::tools

// Configs whose phases are given by texts, which a vocabulary spells.

#include "tools/options/spelt_config.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/config.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

constexpr char kThinking[] = R"({"version": 1,
  "phases": {"thinking": {"begin": ["<think>", [3, 4]], "end": ["</think>"]}},
  "stages": [
    {"type": "thinking_budget", "phase": "thinking", "tokens": 5,
     "close": ".</think>"},
    {"type": "categorical"}]})";

// 0 "<", 1 "think", 2 ">", 3 "a", 4 ".", 5 "</think>".
TokenText SomeMarks() {
  return TokenText(std::vector<std::optional<std::string>>{
      "<", "think", ">", "a", ".", "</think>"});
}

TEST(SpeltConfig, HasTheTokensOfItsTexts) {
  std::vector<SpeltText> spelt;
  const auto config = ReadSpeltConfig(kThinking, 6, SomeMarks(), spelt);
  ASSERT_TRUE(config.ok()) << config.status();
  std::string with_ids = kThinking;
  for (const auto& [text, ids] :
       std::vector<std::pair<std::string, std::string>>{
           {"\".</think>\"", "[4, 5]"},
           {"\"<think>\"", "[0, 1, 2]"},
           {"\"</think>\"", "[5]"}}) {
    with_ids.replace(with_ids.find(text), text.size(), ids);
  }
  EXPECT_EQ(*config, ParseConfig(with_ids).value());
  ASSERT_EQ(spelt.size(), 3u);
  EXPECT_EQ(SpeltLine(spelt[0], SomeMarks()),
            R"(/phases/thinking/begin/0: "<think>" is the tokens 0 "<", )"
            R"(1 "think", 2 ">")");
  EXPECT_EQ(SpeltLine(spelt[1], SomeMarks()),
            R"(/phases/thinking/end/0: "</think>" is token 5)");
  EXPECT_EQ(spelt[2].pointer, "/stages/0/close");
  EXPECT_TRUE(HasTexts(kThinking));
  EXPECT_FALSE(HasTexts(with_ids));
}

TEST(SpeltConfig, SaysWhatCannotBeSpeltAndWhere) {
  std::vector<SpeltText> spelt;
  EXPECT_EQ(
      ReadSpeltConfig(kThinking, 6, TokenText(), spelt).status().message(),
      "2:37: /phases/thinking/begin/0: got \"<think>\", want a list of token "
      "ids, or a vocabulary that spells it (--vocab-file)\n"
      "2:65: /phases/thinking/end/0: got \"</think>\", want a list of token "
      "ids, or a vocabulary that spells it (--vocab-file)\n"
      "5:6: /stages/0/close: got \".</think>\", want a list of token ids, or a "
      "vocabulary that spells it (--vocab-file)");
  const TokenText others(
      std::vector<std::optional<std::string>>{"b", "<think>", "</think>"});
  EXPECT_EQ(ReadSpeltConfig(kThinking, 6, others, spelt).status().message(),
            "5:6: /stages/0/close: got \".</think>\", want a text that the "
            "tokens of this vocabulary spell");
}

// As a user has it: a preset of both modes, and the vocabulary beside it.
TEST(SpeltConfig, CommandsTellHowItsTextsAreSpelt) {
  const std::string vocabulary = WriteTemporary(
      "marks.json", R"({"<think>": 0, "</think>": 1, "a": 2, "b": 3})");
  const std::string log =
      MakeLog({{1, 2, 3, 4}, {4, 3, 2, 1}, {1, 1, 1, 2}}, {0, 2, 1});
  const ToolResult replayed = RunTool(
      {"replay", log, "--config", "phases/qwen3", "--vocab-file", vocabulary});
  EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
  EXPECT_TRUE(Says(replayed.err,
                   "note: /phases/thinking/begin/0: "
                   "\"<think>\" is token 0\n"));
  EXPECT_TRUE(Says(replayed.out, "thinking"));
  const ToolResult compared =
      RunTool({"compare", log, "--a", "phases/qwen3", "--b", "phases/qwen3.5",
               "--vocab-file", vocabulary, "--quiet"});
  EXPECT_EQ(compared.exit_code, 0) << compared.err;
  EXPECT_EQ(compared.err, "");
  const ToolResult validated =
      RunTool({"validate", "phases/qwen3", "--vocab-file", vocabulary});
  EXPECT_EQ(validated.exit_code, 0);
  EXPECT_TRUE(Says(validated.out,
                   "phases/qwen3: note: /phases/thinking/end/0: "
                   "\"</think>\" is token 1\n"));
  const ToolResult without = RunTool({"validate", "phases/qwen3"});
  EXPECT_EQ(without.exit_code, 1);
  EXPECT_TRUE(Says(without.out, "--vocab-file"));
  const ToolResult unused =
      RunTool({"validate", "greedy", "--vocab-file", vocabulary});
  EXPECT_EQ(unused.exit_code, 2);
  EXPECT_TRUE(Says(unused.err, "no config names tokens by their texts"));
}

}  // namespace
}  // namespace sampler::tools

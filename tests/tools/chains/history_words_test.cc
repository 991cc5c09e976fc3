// Why a stage that looks at the history did nothing, as `sampler explain` says
// it: where the tokens are, how long the repetition is, what cut it.

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;
using Tokens = std::vector<std::int32_t>;

const std::vector<float> kRow = {2, 1, 0.5, -0.25, -1, 6};

// The note of the first stage at the row behind `output`.
std::string Note(const std::string& stage, const Tokens& prompt,
                 const Tokens& output = {}) {
  std::vector<std::vector<float>> rows(output.size() + 1, kRow);
  Tokens tokens = output;
  tokens.push_back(0);
  const std::string log = MakeLog(rows, tokens, prompt);
  const std::string config = WriteTemporary(
      "note.json", R"({"version": 1, "stages": [{"type": )" + stage +
                       R"(}, {"type": "categorical"}]})");
  const ToolResult result =
      RunTool({"explain", log, "--row", std::to_string(output.size()), "-c",
               config, "--json", "-q"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const json answer = json::parse(result.out, nullptr, false);
  const json& first = answer["stages"][0];
  EXPECT_FALSE(first["active"].get<bool>()) << first;
  return first["note"].get<std::string>();
}

TEST(HistoryWordsTest, PenaltiesSayWhereTheOccurrencesAre) {
  const Tokens nine(9, 5);
  const std::string presence = R"("presence_penalty", "penalty": 50)";
  EXPECT_EQ(Note(presence, nine),
            "scope output: the 9 occurrences are in the prompt");
  EXPECT_EQ(Note(presence, {5}),
            "scope output: the 1 occurrence is in the prompt");
  EXPECT_EQ(Note(presence, {}), "nothing seen before");
  EXPECT_EQ(Note(R"("frequency_penalty", "penalty": 1, "scope": "prompt")", {},
                 {5, 5}),
            "scope prompt: the 2 occurrences are in the output");
  EXPECT_EQ(Note(R"("encoder_repetition_penalty", "penalty": 1.2)", {}, {5}),
            "scope prompt: the 1 occurrence is in the output");
  EXPECT_EQ(
      Note(R"("repetition_penalty", "penalty": 2, "ignore_first": 9)", nine),
      "ignore_first 9: the 9 occurrences are in that part of the prompt");
  EXPECT_EQ(Note(R"("presence_penalty", "penalty": 0)", nine), "penalty 0");
}

TEST(HistoryWordsTest, DrySaysHowLongTheRepetitionIsAndWhatCutIt) {
  // 1 2 3 | 4 1 2 3 : the end repeats three tokens.
  const Tokens text = {1, 2, 3, 4, 1, 2, 3};
  EXPECT_EQ(Note(R"("dry", "multiplier": 1, "breakers": [[3]])", text),
            "the end repeats 3 tokens, cut to 0 by the breaker [3] < "
            "allowed_length 2");
  EXPECT_EQ(
      Note(R"("dry", "multiplier": 1, "breakers": [[0], [1, 2], [2]])", text),
      "the end repeats 3 tokens, cut to 1 by the breaker [1, 2] < "
      "allowed_length 2");
  EXPECT_EQ(Note(R"("dry", "multiplier": 1, "allowed_length": 4)", text),
            "the end repeats 3 tokens < allowed_length 4");
  EXPECT_EQ(Note(R"("dry", "multiplier": 1)", {1, 2, 3}),
            "nothing would repeat of 3 tokens (scope both)");
  EXPECT_EQ(Note(R"("dry", "multiplier": 1, "scope": "output")", text),
            "nothing would repeat of 0 tokens (scope output)");
  EXPECT_EQ(Note(R"("dry", "multiplier": 1, "breakers": [[4]])", text),
            "the end repeats 3 tokens, but what followed is a breaker or no "
            "candidate");
  EXPECT_EQ(Note(R"("dry", "multiplier": 0)", text), "multiplier 0");
}

TEST(HistoryWordsTest, NgramBansSayWhatTheyTake) {
  const Tokens text = {1, 2, 3, 4, 1, 2, 3};
  EXPECT_EQ(Note(R"("no_repeat_ngram", "n": 5)", text),
            "the end repeats 3 tokens, a ban takes 4");
  EXPECT_EQ(Note(R"("no_repeat_ngram", "n": 2)", {1, 2, 3}),
            "nothing would repeat of 3 tokens (scope both)");
  EXPECT_EQ(Note(R"("no_repeat_ngram", "n": 0)", text), "n 0");
}

}  // namespace
}  // namespace sampler::tools

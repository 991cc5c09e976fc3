// What `sampler explain` shows to people.

#include <cstddef>
#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/tools/six_tokens.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

std::string SixVocabulary() {
  return WriteTemporary(
      "vocab.json",
      R"({"Ġthe": 0, "Ġa": 1, "Ġthat": 2, "Ġits": 3, "ĠThis": 4, "Ã": 5})");
}

TEST(ExplainTest, EveryTokenNamesTheStageThatRemovedIt) {
  const json answer = ExplainAsJson(SixLog(), {"--row", "0"});
  const json& tokens = answer["tokens"];
  ASSERT_EQ(tokens.size(), 6u);
  const double raw[] = {0.4741, 0.2875, 0.1428, 0.0581, 0.0288, 0.0087};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(tokens[i]["id"], i);
    EXPECT_EQ(tokens[i]["raw_rank"], i + 1);
    EXPECT_NEAR(tokens[i]["raw_prob"].get<double>(), raw[i], 5e-5);
    EXPECT_EQ(tokens[i]["removed_by"].is_null(), i < 4);
  }
  EXPECT_EQ(tokens[4]["removed_by"]["type"], "min_p");
  EXPECT_EQ(tokens[4]["removed_by"]["reason"],
            "min_p: 0.0291 < 0.0478 = 0.1 * 0.4782");
  EXPECT_EQ(tokens[5]["removed_by"]["stage"], 0);
  EXPECT_EQ(tokens[5]["removed_by"]["reason"], "top_k: rank 6 > 5");
  EXPECT_NEAR(tokens[4]["per_stage"][0].get<double>(), 0.0291, 5e-5);
  EXPECT_TRUE(tokens[4]["per_stage"][1].is_null());
}

TEST(ExplainTest, NamesTheStageThatLeftNoCandidate) {
  const std::string config = WriteTemporary("config.json",
                                            R"({"version": 1, "stages": [
            {"type": "suppress_tokens", "ids": [0, 1, 2, 3, 4, 5]},
            {"type": "top_k", "k": 2}, {"type": "categorical"}]})");
  const json answer =
      ExplainAsJson(SixLog(), {"--row", "0"}, {"--config", config});
  EXPECT_EQ(answer["status"], "no_candidate");
  EXPECT_EQ(answer["stages"][0]["kept"], 0);
  EXPECT_EQ(answer["stages"][0]["note"], "leaves the row no_candidate");
  EXPECT_FALSE(answer["stages"][1]["ran"]);
  EXPECT_EQ(answer["tokens"][0]["removed_by"]["type"], "suppress_tokens");
}

TEST(ExplainTest, PeopleSeeMarksReasonsAndBothProbabilities) {
  const ToolResult result =
      Explain(SixLog(),
              {"--row", "0", "--seed", "42", "--vocab-file", SixVocabulary()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(Says(result.out, "top_k(5) -> min_p(0.1) -> temperature(1.5)"));
  EXPECT_TRUE(Says(result.out, "- min_p: 0.0291 < 0.0478 = 0.1 * 0.4782"));
  EXPECT_TRUE(Says(result.out, "- top_k: rank 6 > 5"));
  EXPECT_TRUE(Says(result.out, R"("\xc3")"));
  EXPECT_TRUE(Says(result.out, "logged = "));
  EXPECT_TRUE(Says(result.out, "raw p 0."));
  EXPECT_TRUE(Says(result.out, "one-step answers"));
  for (const std::string& line : Lines(result.out)) {
    EXPECT_FALSE(absl::StrContains(line, '\x1b'));
    if (absl::StartsWith(line, "log ")) continue;
    EXPECT_LE(line.size(), 100u) << line;
  }
}

TEST(ExplainTest, ColourIsOnTopOfTheMarks) {
  const ExplainArguments plain = {"--row", "0", "--color", "never"};
  const ExplainArguments bright = {"--row", "0", "--color", "always"};
  const std::string log = SixLog();
  std::string text = Explain(log, bright).out;
  EXPECT_TRUE(absl::StrContains(text, '\x1b'));
  for (std::size_t at; (at = text.find('\x1b')) != std::string::npos;) {
    text.erase(at, text.find('m', at) + 1 - at);
  }
  EXPECT_EQ(text, Explain(log, plain).out);
}

TEST(ExplainTest, LongChainsStayWithinAHundredColumns) {
  const ToolResult result = Explain(
      StoryLog(), {"--row", "12", "--vocab-file", DataFile("tokenizer.json")},
      {"--repeat-penalty", "1.3", "--frequency-penalty", "0.5",
       "--presence-penalty", "0.2", "--top-k", "10", "--typical", "0.9",
       "--top-p", "0.9", "--temp", "1.3"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(Says(result.out, "edits 27 logits"));
  for (const std::string& line : Lines(result.out)) {
    if (absl::StartsWith(line, "log ")) continue;
    EXPECT_LE(line.size(), 100u) << line;
  }
}

}  // namespace
}  // namespace sampler::tools

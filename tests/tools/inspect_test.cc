// `sampler inspect`, run as users run it.

#include <cmath>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/tools/tool.h"

namespace sampler::tools::inspect_test {
namespace {

using nlohmann::json;
using Arguments = std::vector<std::string>;

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

json InspectAsJson(const std::string& log, Arguments more = {}) {
  more.insert(more.begin(), {"inspect", log, "--json"});
  const ToolResult result = RunTool(more);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return json::parse(result.out, nullptr, /*allow_exceptions=*/false);
}

// The codes of an answer's warnings, in their order.
Arguments Codes(const json& answer) {
  Arguments codes;
  for (const json& warning : answer["warnings"]) {
    EXPECT_FALSE(warning["message"].get<std::string>().empty());
    EXPECT_FALSE(warning["action"].get<std::string>().empty());
    codes.push_back(warning["code"]);
  }
  return codes;
}

// 30 rows of 50 tokens, each sure of its own one; row r draws it where
// `shift` is 0, else the sure token of row r - shift.
std::string SureLog(int shift) {
  std::vector<std::vector<float>> rows;
  std::vector<std::int32_t> tokens;
  for (int row = 0; row < 30; ++row) {
    std::vector<float> values(50);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<float>((7 * i + 3) % 11) / 11.0f;
    }
    values[static_cast<std::size_t>(row)] = 6.0f;
    rows.push_back(values);
    tokens.push_back(row + shift);
  }
  if (shift < 0) tokens[0] = 40;
  return MakeLog(rows, tokens);
}

TEST(InspectTest, TellsWhatTheShippedLogIs) {
  const json answer = InspectAsJson(StoryLog());
  EXPECT_EQ(answer["format"], "safetensors");
  EXPECT_EQ(answer["tensor"], "logits");
  EXPECT_EQ(answer["dtype"], "f16");
  EXPECT_EQ(answer["rows"], 24);
  EXPECT_EQ(answer["expected_rows"], 24);
  EXPECT_EQ(answer["vocabulary_size"], 49152);
  EXPECT_EQ(answer["kind"]["guess"], "raw_logits");
  EXPECT_EQ(answer["tokens"], true);
  ASSERT_EQ(answer["sequences"].size(), 1u);
  EXPECT_EQ(answer["sequences"][0]["prompt_tokens"], 22);
  EXPECT_EQ(answer["sampled"].size(), 5u);
  EXPECT_EQ(answer["nll"]["best_shift"], 0);
  EXPECT_EQ(answer["values"]["nan"]["count"], 0);
  EXPECT_TRUE(answer["warnings"].empty());
}

TEST(InspectTest, ShowsTokenText) {
  const ToolResult result = RunTool({"inspect", StoryLog(), "--vocab-file",
                                     DataFile("tokenizer.json"), "--strict"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(Says(result.out, "\" the\" 0.6033"));
  EXPECT_TRUE(Says(result.out, "no warnings"));
  for (const std::string& line : Lines(result.out)) {
    if (line.rfind("log ", 0) == 0) continue;
    EXPECT_LE(line.size(), 100u) << line;
  }
}

TEST(InspectTest, GivesThePerplexityThatLlamaCppReports) {
  if (std::string(SAMPLER_SHARED_DIR).empty()) {
    GTEST_SKIP() << "needs the full set";
  }
  const json answer =
      InspectAsJson(std::string(SAMPLER_SHARED_DIR) + "/data/alice.logits");
  const json& logged = answer["nll"]["shifts"][1];
  EXPECT_EQ(logged["shift"], 0);
  // 61.1474, as far as 16-bit codes carry it.
  EXPECT_NEAR(logged["perplexity"].get<double>(), 61.1474, 0.01);
  EXPECT_EQ(answer["nll"]["best_shift"], 0);
  EXPECT_EQ(answer["sequences"].size(), 4u);
}

TEST(InspectTest, SumsUpTheFloorOfALlamaCppFile) {
  const json answer = InspectAsJson(DataFile("alice-1.logits"));
  EXPECT_EQ(answer["format"], "llama.cpp _logits_");
  EXPECT_EQ(answer["kind"]["guess"], "raw_logprobs");
  EXPECT_GT(answer["floor"]["tokens"], 0);
  EXPECT_TRUE(Says(RunTool({"inspect", DataFile("alice-1.logits")}).out,
                   "too short to check"));
}

TEST(InspectTest, WarnsOfShiftedTokens) {
  EXPECT_EQ(Codes(InspectAsJson(SureLog(0))), Arguments{});
  for (const int shift : {-1, 1}) {
    const std::string log = SureLog(shift);
    const json answer = InspectAsJson(log);
    EXPECT_EQ(Codes(answer), Arguments{"shift"});
    EXPECT_EQ(answer["nll"]["best_shift"], -shift);
    EXPECT_EQ(RunTool({"inspect", log}).exit_code, 0);
    const ToolResult strict = RunTool({"inspect", log, "--strict"});
    EXPECT_EQ(strict.exit_code, 1);
    const std::vector<std::string> lines = Lines(strict.out);
    EXPECT_TRUE(Says(lines[lines.size() - 2], "warning: the tokens fit best"));
    EXPECT_TRUE(Says(lines.back(), "to do: "));
  }
}

TEST(InspectTest, CountsBrokenValuesWithTheirFirstRow) {
  const json answer = InspectAsJson(
      MakeLog({{1, 2, 3}, {kNan, kNan, 0}, {0, kInf, 1}, {-kInf, 1, kNan}}));
  EXPECT_EQ(answer["values"]["nan"]["count"], 3);
  EXPECT_EQ(answer["values"]["nan"]["first_row"], 1);
  EXPECT_EQ(answer["values"]["positive_infinity"]["first_row"], 2);
  EXPECT_EQ(answer["values"]["negative_infinity"]["first_row"], 3);
  EXPECT_EQ(answer["values"]["broken_rows"]["count"], 3);
  EXPECT_EQ(Codes(answer), (Arguments{"nan", "infinite"}));
  EXPECT_TRUE(answer["nll"].is_null());
}

TEST(InspectTest, ALogOfNothingButBadRowsIsStillAnAnswer) {
  const std::string log = MakeLog({{kNan, kNan}, {-kInf, -kInf}}, {0, 1});
  const json answer = InspectAsJson(log);
  EXPECT_TRUE(answer["mean_entropy"].is_null());
  EXPECT_TRUE(answer["sampled"][0]["broken"]);
  EXPECT_EQ(RunTool({"inspect", log}).exit_code, 0);
}

TEST(InspectTest, WarnsOfImpossibleTokensAndProcessedRows) {
  const json answer =
      InspectAsJson(MakeLog({{1, -kInf, 0}, {1, 0, 2}}, {1, 2}));
  EXPECT_EQ(Codes(answer), (Arguments{"impossible", "processed"}));
  EXPECT_TRUE(answer["nll"]["shifts"][1]["perplexity"].is_null());
  EXPECT_TRUE(answer["nll"]["best_shift"].is_null());
}

TEST(InspectTest, WarnsWhenTheFileContradictsItself) {
  EXPECT_EQ(Codes(InspectAsJson(
                MakeLog({{1, -kInf, 0}, {1, 0, -kInf}}, {}, {}, "raw"))),
            (Arguments{"kind_contradicted", "processed"}));
}

TEST(InspectTest, WarnsOfProbabilities) {
  EXPECT_EQ(Codes(InspectAsJson(MakeLog({{0.5f, 0.25f, 0.25f}}))),
            Arguments{"probabilities"});
}

TEST(InspectTest, WarnsOfATokenizerThatIsLargerThanTheRows) {
  const std::string vocabulary =
      WriteTemporary("vocab.json", R"({"a": 0, "b": 9})");
  EXPECT_EQ(
      Codes(InspectAsJson(MakeLog({{1, 2, 3}}), {"--vocab-file", vocabulary})),
      Arguments{"vocabulary"});
}

TEST(InspectTest, WarnsOfIdsWithoutATextThatHoldMuch) {
  const std::string vocabulary =
      WriteTemporary("vocab.json", R"({"a": 0, "b": 2})");
  // e^1 / (e^1 + e^1 + e^2) = 0.2119.
  const json answer = InspectAsJson(MakeLog({{9, 1, 9}, {1, 1, 2}}),
                                    {"--vocab-file", vocabulary});
  EXPECT_EQ(Codes(answer), Arguments{"textless"});
  EXPECT_TRUE(Says(answer.dump(), "hold 21.2 % of row 1"));
  EXPECT_EQ(Codes(InspectAsJson(MakeLog({{9, 1, 9}, {9, 1, 2}}),
                                {"--vocab-file", vocabulary})),
            Arguments{});
}

TEST(InspectTest, SaysThatAFileEndsEarly) {
  const std::string whole = ReadAll(StoryLog());
  const std::string part =
      WriteTemporary("part", whole.substr(0, whole.size() / 2));
  EXPECT_EQ(RunTool({"inspect", part}).exit_code, 2);
  const json answer = InspectAsJson(part, {"--allow-partial"});
  EXPECT_EQ(answer["partial"], true);
  EXPECT_LT(answer["rows"], answer["expected_rows"]);
  EXPECT_EQ(Codes(answer)[0], "partial");
}

TEST(InspectTest, SamplesAsManyRowsAndTokensAsAsked) {
  const json answer =
      InspectAsJson(StoryLog(), {"--sample", "3", "--top", "2"});
  ASSERT_EQ(answer["sampled"].size(), 3u);
  EXPECT_EQ(answer["sampled"][0]["top"].size(), 2u);
  EXPECT_TRUE(InspectAsJson(StoryLog(), {"--sample", "0"})["sampled"].empty());
  EXPECT_EQ(RunTool({"inspect", StoryLog(), "--sample", "-1"}).exit_code, 2);
}

TEST(InspectTest, ReadsStdin) {
  const ToolResult piped =
      RunTool({"inspect", "-", "--json"}, ReadAll(StoryLog()));
  EXPECT_EQ(piped.exit_code, 0) << piped.err;
  json from_pipe = json::parse(piped.out);
  json from_file = InspectAsJson(StoryLog());
  from_pipe.erase("input");
  from_file.erase("input");
  EXPECT_EQ(from_pipe, from_file);
}

TEST(InspectTest, UntrustedTextCannotReachTheTerminal) {
  const std::string vocabulary =
      WriteTemporary("vocab.json", "{\"\\u001b[2J\\u202e\": 0, \"b\": 1}");
  const ToolResult result =
      RunTool({"inspect", MakeLog({{3, 1}}, {}, {}, "a\x1b[31m"),
               "--vocab-file", vocabulary});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out.find('\x1b'), std::string::npos);
  EXPECT_TRUE(Says(result.out, "\\x1b[2J\\xe2"));
}

}  // namespace
}  // namespace sampler::tools::inspect_test

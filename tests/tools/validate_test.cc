#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

constexpr char kBad[] =
    R"({
  "version": 1,
  "stages": [
    {"type": "top_k", "k": -1},
    {"type": "topp", "p": 0.9},
    {"type": "logit_bias", "bias": {"70000": 1}},
    {"type": "categorical"}
  ]
}
)";

TEST(ValidateTest, SaysOkAndTheChain) {
  const ToolResult result = RunTool({"validate", "balanced"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out,
            "balanced: ok: temperature(0.8) -> top_k(40) -> top_p(0.95) -> "
            "min_p(0.05) -> categorical\n");
  EXPECT_EQ(result.err, "");
}

TEST(ValidateTest, ListsEveryProblemWithItsPlace) {
  const std::string file = WriteTemporary("bad.json", kBad);
  const ToolResult result = RunTool({"validate", file});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(Lines(result.out),
            (std::vector<std::string>{
                file + ":4:23: /stages/0/k: got -1, want an integer >= 0",
                file + ":5:6: /stages/1/type: unknown stage \"topp\", did you "
                       "mean \"top_p\"?"}));
}

TEST(ValidateTest, ChecksTokenIdsAgainstAVocabulary) {
  const std::string file = WriteTemporary("bad.json", kBad);
  const ToolResult result =
      RunTool({"validate", file, "--vocab-size", "49152"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(Says(result.out, "/stages/2/bias/70000"));
  EXPECT_TRUE(Says(result.out, "[0, 49152)"));
}

TEST(ValidateTest, AnswersInJson) {
  const std::string file = WriteTemporary("bad.json", kBad);
  const ToolResult result = RunTool({"validate", "greedy", file, "--json"});
  EXPECT_EQ(result.exit_code, 1);
  const json answer = json::parse(result.out);
  EXPECT_EQ(answer["ok"], false);
  EXPECT_EQ(answer["configs"][0]["ok"], true);
  EXPECT_EQ(answer["configs"][0]["chain"], "greedy");
  EXPECT_EQ(answer["configs"][1]["problems"][0],
            json::parse(R"({"line": 4, "column": 23, "pointer": "/stages/0/k",
                            "message": "got -1, want an integer >= 0"})"));
}

TEST(ValidateTest, UnreadableIsWorseThanWrong) {
  const std::string file = WriteTemporary("bad.json", kBad);
  const ToolResult result = RunTool({"validate", "no-such-file", file});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(Says(result.err, "no-such-file: neither a preset nor"));
  EXPECT_TRUE(Says(result.err, "hint: presets: greedy"));
  EXPECT_TRUE(Says(result.out, "/stages/0/k")) << "the rest is judged";
}

TEST(ValidateTest, SyntaxErrorsHaveAPlaceToo) {
  const std::string file =
      WriteTemporary("broken.json", "{\n  \"version\": 1,");
  const ToolResult result = RunTool({"validate", file});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(Says(result.out, file + ":2:"));
  EXPECT_EQ(RunTool({"validate", WriteTemporary("empty.json", "")}).exit_code,
            1);
}

TEST(ValidateTest, PrintsTheSchema) {
  const ToolResult result = RunTool({"validate", "--schema"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, ConfigSchema());
}

TEST(ValidateTest, NothingToValidateIsAUsageError) {
  EXPECT_EQ(RunTool({"validate"}).exit_code, 2);
  EXPECT_EQ(RunTool({"validate", "greedy", "--vocab-size", "0"}).exit_code, 2);
}

}  // namespace
}  // namespace sampler::tools

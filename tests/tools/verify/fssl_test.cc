#include "tools/verify/fssl.h"

#include <cmath>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/tools/tool.h"

namespace sampler::tools::fssl_test {
namespace {

using nlohmann::json;

TEST(Fssl, ItsWordsFollowScoreAndRank) {
  const FsslRule rule = {.score = -5, .rank = 4};
  EXPECT_EQ(ClassifyFssl(-1, 1000, rule), FsslWord::kSafe);
  EXPECT_EQ(ClassifyFssl(-5, 1000, rule), FsslWord::kSafe);
  // `logit_rank` counts the likelier tokens: 3 is the fourth place.
  EXPECT_EQ(ClassifyFssl(-5.1, 3, rule), FsslWord::kSuspicious);
  EXPECT_EQ(ClassifyFssl(-5.1, 4, rule), FsslWord::kDangerous);
  EXPECT_EQ(ClassifyFssl(-INFINITY, 0, rule), FsslWord::kSuspicious);
  EXPECT_EQ(ClassifyFssl(std::nan(""), 0, rule), std::nullopt);
}

TEST(Fssl, ReadsItsRule) {
  const auto rule = ParseFsslRule("-12.5:30");
  ASSERT_TRUE(rule.ok());
  EXPECT_EQ(rule->score, -12.5);
  EXPECT_EQ(rule->rank, 30);
  for (const char* wrong :
       {"", "-5", "-5:", ":4", "1:4", "-5:0", "nan:4", "-5:4:3", "-inf:4"}) {
    EXPECT_FALSE(ParseFsslRule(wrong).ok()) << wrong;
  }
}

json Verify(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "verify");
  arguments.insert(arguments.end(), {"--json", "-q"});
  return json::parse(RunTool(arguments).out);
}

// A log of the chain's own draws is safe throughout; under another seed the
// words are those of the tokens' scores and ranks.
TEST(Fssl, TheToolCountsTheWordsOfItsTokens) {
  const std::vector<std::string> claim = {StoryLog(), "--top-k", "40",
                                          "--temp",   "0.8",     "--seed",
                                          "3",        "--fssl",  "-8:5"};
  const json summary = Verify(claim)["summary"];
  std::vector<std::string> lines = claim;
  lines.insert(lines.begin(), "verify");
  lines.insert(lines.end(), {"--jsonl", "-q"});
  int words[3] = {};
  for (const json& row : Events(RunTool(lines).out, "row")) {
    const double score =
        row["cgs"].is_null() ? -INFINITY : row["cgs"].get<double>();
    const char* word = score >= -8                           ? "safe"
                       : row["logit_rank"].get<double>() < 5 ? "suspicious"
                                                             : "dangerous";
    EXPECT_EQ(row["fssl"], word) << row;
    ++words[row["fssl"] == "safe" ? 0 : row["fssl"] == "suspicious" ? 1 : 2];
  }
  EXPECT_EQ(summary["fssl"]["safe"], words[0]);
  EXPECT_EQ(summary["fssl"]["suspicious"], words[1]);
  EXPECT_EQ(summary["fssl"]["dangerous"], words[2]);
  EXPECT_GT(words[0], 0);
  EXPECT_GT(words[1] + words[2], 0);
}

TEST(Fssl, IsNoMatterOfTheLaw) {
  const ToolResult result = RunTool({"verify", StoryLog(), "--temp", "1",
                                     "--claim", "law", "--fssl", "-8:5"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(Says(result.err, "--fssl: want none beside --claim law"));
}

// Engines whose noise is torch's own: that it cannot be had is the answer.
TEST(Fssl, UnknowableNoiseIsSaid) {
  for (const char* engine : {"vllm-v1", "tinker"}) {
    const ToolResult result = RunTool({"verify", StoryLog(), "--temp", "1",
                                       "--seed", "1", "--noise", engine});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_TRUE(Says(result.err, "unknowable")) << result.err;
    EXPECT_TRUE(Says(result.err, "--claim law")) << result.err;
  }
}

}  // namespace
}  // namespace sampler::tools::fssl_test

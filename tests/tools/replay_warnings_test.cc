// Every warning of `sampler replay`: on stderr and in the summary, when there
// is a reason and not otherwise.

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

// The warnings as the summary lists them; stderr must say the same.
std::string Warned(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "replay");
  arguments.push_back("--jsonl");
  const ToolResult result = RunTool(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::string warned;
  std::string expected;
  const auto summary = Events(result.out, "summary").at(0);
  for (const auto& warning : summary["warnings"]) {
    absl::StrAppend(&warned, warning.get<std::string>(), "\n");
    absl::StrAppend(&expected, "warning: ", warning.get<std::string>(), "\n");
  }
  EXPECT_EQ(result.err, expected);
  EXPECT_EQ(Events(result.out, "warning").size(), Lines(warned).size());
  return warned;
}

TEST(ReplayWarningsTest, AGoodLogNeedsNone) {
  EXPECT_EQ(Warned({StoryLog(), "-c", "creative"}), "");
}

TEST(ReplayWarningsTest, ProcessedRows) {
  const std::string log = MakeLog({{1, -INFINITY, 2}, {1, 2, 3}}, {0, 0});
  EXPECT_TRUE(Says(Warned({log, "--temp", "1"}), "1 of the rows hold -inf"));
  EXPECT_TRUE(Says(Warned({log, "--temp", "1", "--kind", "processed"}),
                   "declared processed"));
  const std::string declared =
      MakeLog({{1, 2, 3}}, {0}, {}, "processed_logits");
  EXPECT_TRUE(Says(Warned({declared, "--temp", "1"}), "declared processed"));
  EXPECT_EQ(Warned({declared, "--temp", "1", "--kind", "raw"}), "");
}

TEST(ReplayWarningsTest, PenaltiesOnLogprobs) {
  const std::string log = DataFile("alice-1.logits");
  const std::string warning = "repetition_penalty on log-probabilities";
  EXPECT_TRUE(Says(Warned({log, "--repeat-penalty", "1.1"}), warning));
  EXPECT_FALSE(Says(Warned({log, "--repeat-penalty", "1.0"}), warning));
  EXPECT_FALSE(Says(Warned({log, "--presence-penalty", "1"}), warning));
  const std::string normalized =
      WriteTemporary("normalized.json",
                     R"({"version": 1, "stages": [{"type": "repetition_penalty",
          "penalty": 1.1, "normalize": true}, {"type": "categorical"}]})");
  EXPECT_FALSE(Says(Warned({log, "-c", normalized}), warning));
  const std::string story = MakeLog({{1, 2}}, {0}, {1});
  EXPECT_EQ(Warned({story, "--repeat-penalty", "1.1"}), "");
  EXPECT_TRUE(
      Says(Warned({story, "--repeat-penalty", "1.1", "--kind", "logprobs"}),
           warning));
}

TEST(ReplayWarningsTest, PromptThatIsNotThere) {
  const std::string log = MakeLog({{1, 2}}, {0});
  EXPECT_TRUE(Says(Warned({log, "--repeat-penalty", "1.1"}),
                   "counts prompt tokens, but the log has none"));
  EXPECT_EQ(Warned({log, "--presence-penalty", "1.1"}), "");
  EXPECT_EQ(Warned({MakeLog({{1, 2}}, {0}, {1}), "--repeat-penalty", "2"}), "");
}

TEST(ReplayWarningsTest, HeatBeforeTruncationOfALogitsFile) {
  const std::string log = DataFile("alice-1.logits");
  const std::string warning = "temperature above 1.2";
  EXPECT_TRUE(Says(Warned({log, "--temp", "1.3", "--top-k", "40"}), warning));
  EXPECT_TRUE(Says(Warned({log, "--top-k", "0", "--temp", "1.3"}), warning));
  EXPECT_FALSE(Says(Warned({log, "--top-k", "40", "--temp", "1.3"}), warning));
  EXPECT_FALSE(Says(Warned({log, "--temp", "1.2"}), warning));
  EXPECT_FALSE(Says(Warned({StoryLog(), "--temp", "1.3"}), warning));
}

TEST(ReplayWarningsTest, PartialLogs) {
  const std::string whole = ReadAll(StoryLog());
  const std::string cut =
      WriteTemporary("cut", whole.substr(0, whole.size() - 3 * 98304));
  const std::string warned =
      Warned({cut, "--temp", "1", "--allow-partial", "--rows", "0:2"});
  EXPECT_TRUE(Says(warned, "the log is partial: "));
}

}  // namespace
}  // namespace sampler::tools

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
                   "looks at prompt tokens, but the log has none"));
  EXPECT_EQ(Warned({log, "--presence-penalty", "1.1"}), "");
  EXPECT_EQ(Warned({MakeLog({{1, 2}}, {0}, {1}), "--repeat-penalty", "2"}), "");
}

// A chain of this stage and a draw.
std::string Chain(const std::string& stage) {
  return WriteTemporary("chain.json", R"({"version": 1, "stages": [{"type": )" +
                                          stage +
                                          R"(}, {"type": "categorical"}]})");
}

TEST(ReplayWarningsTest, EveryStageThatLooksAtThePromptSaysSo) {
  const std::string log = MakeLog({{1, 2}}, {0});
  for (const std::string stage :
       {R"("encoder_repetition_penalty", "penalty": 1.2)",
        R"("dry", "multiplier": 0.8)", R"("no_repeat_ngram", "n": 2)",
        R"("presence_penalty", "penalty": 1, "scope": "prompt")",
        R"("bad_words", "sequences": [[0, 1]])",
        R"("min_tokens", "n": 2, "stop_ids": [1], "count": "total")"}) {
    EXPECT_TRUE(Says(Warned({log, "-c", Chain(stage)}),
                     " looks at prompt tokens, but the log has none"))
        << stage;
  }
  for (const std::string stage :
       {R"("encoder_repetition_penalty", "penalty": 1)",
        R"("dry", "multiplier": 0)", R"("no_repeat_ngram", "n": 0)",
        R"("dry", "multiplier": 0.8, "scope": "output")"}) {
    EXPECT_EQ(Warned({log, "-c", Chain(stage)}), "") << stage;
  }
}

TEST(ReplayWarningsTest, PenaltiesWithoutScopeOrNormalizeToo) {
  const std::string stage =
      Chain(R"("encoder_repetition_penalty", "penalty": 1.2)");
  EXPECT_EQ(Warned({StoryLog(), "-c", stage}), "");
  const std::string warned =
      Warned({StoryLog(), "-c", stage, "--kind", "logprobs"});
  EXPECT_TRUE(Says(warned, "encoder_repetition_penalty on log-probabilities"));
  EXPECT_FALSE(Says(warned, "normalize"));
}

TEST(ReplayWarningsTest, PresetsOfEveryRuntimeReplayTheShippedLog) {
  for (const std::string preset : {"textgen", "huggingface", "koboldcpp",
                                   "exllamav2", "exllamav3", "llama.cpp"}) {
    EXPECT_EQ(Warned({StoryLog(), "-c", preset}), "") << preset;
  }
  // These have a mask stage, and the log has no masks: the one thing to say.
  for (const std::string preset : {"sglang", "vllm"}) {
    const std::string warned = Warned({StoryLog(), "-c", preset});
    EXPECT_TRUE(Says(warned, "the log has no masks")) << preset;
    EXPECT_EQ(Lines(warned).size(), 1u) << warned;
  }
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

#include "tools/options/config_options.h"

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

// The config, or error, that a command line leads to.
absl::StatusOr<PipelineConfig> Resolve(std::vector<std::string> arguments) {
  CLI::App app;
  ConfigOptions options;
  AddConfigOptions(app, options);
  std::reverse(arguments.begin(), arguments.end());  // As CLI11 wants them.
  app.parse(arguments);
  return ResolveConfig(options, 1000, TokenText());
}

std::string Chain(std::vector<std::string> arguments) {
  const auto config = Resolve(std::move(arguments));
  return config.ok() ? ChainText(*config)
                     : absl::StrCat("error: ", config.status().message());
}

TEST(ConfigOptionsTest, FlagsAreTheChainInCommandLineOrder) {
  EXPECT_EQ(Chain({"--top-k", "40", "--temp", "0.8", "--min-p", "0.05"}),
            "top_k(40) -> temperature(0.8) -> min_p(0.05) -> categorical");
  EXPECT_EQ(Chain({"--min-p", "0.05", "--temp", "0.8", "--top-k", "40"}),
            "min_p(0.05) -> temperature(0.8) -> top_k(40) -> categorical");
}

TEST(ConfigOptionsTest, KnowsEverySpelling) {
  EXPECT_EQ(Chain({"--temperature=1.5", "--typical=0.9", "--top-p=0.95",
                   "--repeat-penalty=1.1", "--frequency-penalty=0.2",
                   "--presence-penalty=-0.3"}),
            "temperature(1.5) -> typical_p(0.9) -> top_p(0.95) -> "
            "repetition_penalty(1.1) -> frequency_penalty(0.2) -> "
            "presence_penalty(-0.3) -> categorical");
}

TEST(ConfigOptionsTest, AFlagGivenTwiceIsTwoStages) {
  EXPECT_EQ(Chain({"--top-k", "40", "--temp", "2", "--top-k", "10"}),
            "top_k(40) -> temperature(2.0) -> top_k(10) -> categorical");
}

TEST(ConfigOptionsTest, FlagsOfOneStageMeetInIt) {
  EXPECT_EQ(Chain({"--dry-multiplier", "0.8", "--temp", "2", "--dry-base",
                   "1.5", "--dry-penalty-last-n", "-1"}),
            "dry(0.8, base=1.5, window=null) -> temperature(2.0) -> "
            "categorical");
  EXPECT_EQ(
      Chain({"--mirostat", "2", "--mirostat-ent", "5", "--mirostat-lr", "0.1"}),
      "mirostat(2, tau=5.0, eta=0.1) -> categorical");
  // Until a parameter comes again.
  EXPECT_EQ(Chain({"--xtc-probability", "0.5", "--xtc-threshold", "0.1",
                   "--xtc-probability", "0.2"}),
            "xtc(0.5, threshold=0.1) -> xtc(0.2) -> categorical");
  EXPECT_TRUE(
      Says(Chain({"--dry-multiplier", "1", "--dry-penalty-last-n", "0"}),
           "--dry-penalty-last-n 0: want -1"));
}

TEST(ConfigOptionsTest, LlamaCppNeutralValuesAreNeutral) {
  EXPECT_EQ(Chain({"--top-k", "0", "--top-p", "1.0", "--min-p", "0.0"}),
            "top_k(0) -> top_p(1.0) -> min_p(0.0) -> categorical");
}

TEST(ConfigOptionsTest, GreedyIsADraw) {
  EXPECT_EQ(Chain({"--greedy", "--top-k", "5"}), "top_k(5) -> greedy");
  EXPECT_EQ(Chain({"--greedy"}), "greedy");
  EXPECT_TRUE(Says(Chain({"-c", "neutral", "--greedy"}), "-> greedy"));
}

TEST(ConfigOptionsTest, TheWindowGoesToEveryPenalty) {
  const auto config =
      Resolve({"--repeat-last-n", "64", "--repeat-penalty", "1.1", "--top-k",
               "5", "--presence-penalty", "0.5"});
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->stages[0].parameters.at("window"), Value(64));
  EXPECT_EQ(config->stages[1].parameters.count("window"), 0u);
  EXPECT_EQ(config->stages[2].parameters.at("window"), Value(64));
  const auto all = Resolve({"--repeat-penalty", "2", "--repeat-last-n", "-1"});
  ASSERT_TRUE(all.ok());
  EXPECT_TRUE(all->stages[0].parameters.at("window").is_null());
  EXPECT_TRUE(Says(Chain({"--repeat-penalty", "2", "--repeat-last-n", "0"}),
                   "want -1 (all tokens) or an integer >= 1"));
  EXPECT_TRUE(
      Says(Chain({"--top-k", "2", "--repeat-last-n", "5"}), "no penalty"));
}

TEST(ConfigOptionsTest, TheWindowGoesToNoPenaltyThatHasNone) {
  const std::string both = WriteTemporary("both.json",
                                          R"({"version": 1, "stages": [
        {"type": "encoder_repetition_penalty", "penalty": 1.2},
        {"type": "repetition_penalty", "penalty": 1.1},
        {"type": "categorical"}]})");
  const auto config = Resolve({"-c", both, "--repeat-last-n", "64"});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->stages[0].parameters.count("window"), 0u);
  EXPECT_EQ(config->stages[1].parameters.at("window"), Value(64));
  const std::string encoder = WriteTemporary("encoder.json",
                                             R"({"version": 1, "stages": [
        {"type": "encoder_repetition_penalty", "penalty": 1.2},
        {"type": "categorical"}]})");
  EXPECT_TRUE(Says(Chain({"-c", encoder, "--repeat-last-n", "64"}),
                   "no penalty to give a window to"));
}

TEST(ConfigOptionsTest, BiasesJoinOneStage) {
  const auto config = Resolve({"--logit-bias", "15+1.5", "--top-k", "5",
                               "--logit-bias", "7-2", "--logit-bias", "9-inf"});
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_EQ(config->stages.size(), 3u);
  EXPECT_EQ(
      config->stages[0],
      (StageConfig{
          "logit_bias",
          {{"bias", Value::Object{{"15", 1.5}, {"7", -2.0}, {"9", false}}}}}));
  EXPECT_TRUE(Says(Chain({"--logit-bias", "15"}), "as in 15043+1"));
  EXPECT_TRUE(
      Says(Chain({"--logit-bias", "1000+1"}), "want a token id in [0, 1000)"));
}

TEST(ConfigOptionsTest, BiasesOfOneTokenAddUpAndABanStays) {
  const auto bias = [](std::vector<std::string> flags) {
    std::vector<std::string> arguments;
    for (std::string& flag : flags) {
      arguments.insert(arguments.end(), {"--logit-bias", std::move(flag)});
    }
    const auto config = Resolve(arguments);
    EXPECT_TRUE(config.ok()) << config.status();
    return config->stages[0].parameters.at("bias");
  };
  EXPECT_EQ(bias({"3-inf", "3+5"}), Value(Value::Object{{"3", false}}));
  EXPECT_EQ(bias({"3+5", "3-inf"}), Value(Value::Object{{"3", false}}));
  EXPECT_EQ(bias({"3-infinity", "3-inf"}), Value(Value::Object{{"3", false}}));
  EXPECT_EQ(bias({"3+1", "3+1"}), Value(Value::Object{{"3", 2.0}}));
  EXPECT_EQ(bias({"3+1", "4-1", "3-2.5"}),
            Value(Value::Object{{"3", -1.5}, {"4", -1.0}}));
  const std::string base = WriteTemporary(
      "biases.json", R"({"version": 1, "stages": [{"type": "logit_bias",
          "bias": {"3": false, "4": 1, "5": 0.5}}, {"type": "categorical"}]})");
  const auto config =
      Resolve({"-c", base, "--logit-bias", "3+5", "--logit-bias", "4+1",
               "--logit-bias", "5-inf", "--logit-bias", "6+1"});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(
      config->stages[0].parameters.at("bias"),
      Value(Value::Object{{"3", false}, {"4", 2.0}, {"5", false}, {"6", 1.0}}));
}

TEST(ConfigOptionsTest, BiasesAreAnIdASignAndAFiniteNumber) {
  for (const std::string wrong :
       {"3",       "+3",      "3++1",
        "3+-1",    "3--1",    "3+-inf",
        "3+inf",   "3+nan",   "3-nan",
        "3+1e400", "3-1e400", "3+1e-400",
        "03+1",    "0x3+1",   " 3+1",
        "3 +1",    "3+ 1",    "3+1x",
        "3+",      "-3+1",    "99999999999999999999+1"}) {
    EXPECT_TRUE(Says(Chain({"--logit-bias=" + wrong}), "as in 15043+1"))
        << wrong;
  }
  EXPECT_TRUE(
      Says(Chain({"--logit-bias", "3+1e308", "--logit-bias", "3+1e308"}),
           "want a finite number"));
}

TEST(ConfigOptionsTest, NoBreakersIsAWordThatNeedsNoVocabulary) {
  const auto config =
      Resolve({"--dry-multiplier", "0.8", "--dry-sequence-breaker", "none"});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->stages[0].parameters.at("breakers"), Value(Value::List{}));
}

TEST(ConfigOptionsTest, AFlagOverridesTheOnlyStageOfItsType) {
  EXPECT_EQ(Chain({"-c", "balanced", "--top-k", "7", "--temp", "1.5"}),
            "temperature(1.5) -> top_k(7) -> top_p(0.95) -> min_p(0.05) -> "
            "categorical");
}

TEST(ConfigOptionsTest, OtherParametersOfTheStageStay) {
  const auto config = Resolve({"-c", "creative", "--repeat-penalty", "1.3"});
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(
      config->stages[0],
      (StageConfig{"repetition_penalty", {{"penalty", 1.3}, {"window", 256}}}));
}

TEST(ConfigOptionsTest, AConstantTemperatureEndsASchedule) {
  EXPECT_TRUE(
      Says(Chain({"-c", "annealed", "--temp", "0.7"}), "temperature(0.7) -> "));
}

TEST(ConfigOptionsTest, OverridingNothingOrSeveralIsAnError) {
  EXPECT_TRUE(Says(Chain({"-c", "greedy", "--top-k", "7"}),
                   "--top-k 7: the config has no stage of type "
                   "\"top_k\", want exactly one"));
  const std::string twice =
      WriteTemporary("twice.json",
                     R"({"version": 1, "stages": [{"type": "top_k", "k": 4},
          {"type": "top_k", "k": 2}, {"type": "categorical"}]})");
  EXPECT_TRUE(Says(Chain({"-c", twice, "--top-k", "7"}),
                   "has 2 stages of type \"top_k\""));
  EXPECT_TRUE(Says(Chain({"-c", "balanced", "--temp", "1", "--temp", "2"}),
                   "already overridden by --temp 1"));
}

TEST(ConfigOptionsTest, ProblemsNameTheFlag) {
  EXPECT_TRUE(Says(Chain({"--temp", "1", "--top-p", "1.2"}),
                   "--top-p 1.2: got 1.2, want a"));
  EXPECT_TRUE(Says(Chain({"--top-k", "many"}),
                   "--top-k many: want an integer (decimal digits only)"));
  EXPECT_TRUE(Says(Chain({"--top-k", "1.5"}), "want an integer"));
  EXPECT_TRUE(Says(Chain({"--temp", "nan"}), "--temp nan"));
  EXPECT_TRUE(Says(Chain({"--temp", "-1"}), "--temp -1: got -1"));
}

TEST(ConfigOptionsTest, ProblemsOfAFileNameItAndThePlace) {
  const std::string file = WriteTemporary(
      "bad.json", "{\"version\": 1,\n \"stages\": [{\"type\": \"topp\"}]}");
  EXPECT_TRUE(
      Says(Chain({"-c", file}), file + ":2:14: /stages/0/type: unknown stage "
                                       "\"topp\", did you mean \"top_p\"?"));
}

TEST(ConfigOptionsTest, UnknownConfigsGetASuggestion) {
  EXPECT_TRUE(Says(Chain({"-c", "balancd"}), "did you mean \"balanced\"?"));
  EXPECT_TRUE(Says(Chain({"-c", testing::TempDir()}), "can be read"));
}

TEST(ConfigOptionsTest, NothingIsNotAConfig) {
  EXPECT_TRUE(Says(Chain({}), "nothing to sample with"));
}

}  // namespace
}  // namespace sampler::tools

// llama.cpp's command lines.

#include <gtest/gtest.h>

#include "tests/importers/imports.h"

namespace sampler::importers {
namespace {

TEST(LlamaFlags, AreTheSameSettings) {
  const Imported imported =
      Importing("llama.cpp",
                "./llama-cli -m model.gguf --temp 0.7 --top-k 20 --min-p 0 \\\n"
                "  --seed 42 -p \"Say 'hi'\"");
  EXPECT_EQ(Chain(imported.config),
            "top_k(k=20) top_p(p=0.95) temperature(temperature=0.7) "
            "categorical(order=\"rank\")");
  EXPECT_EQ(imported.config.seed, 42u);
  EXPECT_EQ(Said(imported, "-m"), "given, harmless: not a sampling setting");
  EXPECT_EQ(Said(imported, "--temp"),
            "given, applied: temperature(temperature=0.7)");
}

TEST(LlamaFlags, ThreeSpellingsOfTheOrder) {
  constexpr char kWanted[] =
      "top_k(k=40) min_p(p=0.05) temperature(temperature=0.8) "
      "categorical(order=\"rank\")";
  EXPECT_EQ(ChainOf("llama.cpp", "--samplers \"top_k;min_p;temperature\""),
            kWanted);
  EXPECT_EQ(ChainOf("llama.cpp", "--sampler-seq kmt"), kWanted);
  EXPECT_EQ(ChainOf("llama.cpp", "--sampling-seq kmt"), kWanted);
}

TEST(LlamaFlags, TheLastOfSeveralCounts) {
  const Imported imported = Importing("llama.cpp", "--top-k 10 --top-k 30");
  EXPECT_TRUE(Contains(Chain(imported.config), "top_k(k=30)"));
  EXPECT_TRUE(Contains(Said(imported, "--top-k"), "overridden by --top-k"));
  EXPECT_EQ(ChainOf("llama.cpp", "--samplers min_p --sampler-seq k"),
            "top_k(k=40) categorical(order=\"rank\")");
}

TEST(LlamaFlags, BiasesAddUp) {
  EXPECT_TRUE(Contains(
      ChainOf("llama.cpp", "--logit-bias 15043+1.5 --logit-bias 7-inf"),
      "logit_bias(bias={\"15043\": 1.5, \"7\": false})"));
  EXPECT_TRUE(
      Contains(ErrorOf("llama.cpp", "--logit-bias 15043"), "want ID(+|-)BIAS"));
}

TEST(LlamaFlags, BreakersAreEscapedAndReplaceTheDefaults) {
  const ListedTexts texts({"\n", ":", "a"});
  const ImportOptions options = {.texts = &texts};
  EXPECT_TRUE(Contains(
      ChainOf("llama.cpp", R"(--dry-multiplier 1 --dry-sequence-breaker "\n")",
              options),
      "breakers=[[0]]"));
  EXPECT_FALSE(Contains(
      ChainOf("llama.cpp", "--dry-multiplier 1 --dry-sequence-breaker none",
              options),
      "breakers"));
}

TEST(LlamaFlags, AWindowMayBeTheWholeContext) {
  EXPECT_TRUE(
      Contains(ChainOf("llama.cpp", "--repeat-penalty 1.1 --repeat-last-n -1"),
               "repetition_penalty(penalty=1.1 scope=\"both\")"));
}

TEST(LlamaFlags, UnknownOnesAreNamed) {
  const Imported imported =
      Importing("llama.cpp", "--tpo-k 3 --frobnicate --temp 1");
  EXPECT_TRUE(Contains(Said(imported, "--tpo-k"), "did you mean \"--top-k\"?"));
  EXPECT_TRUE(Contains(Said(imported, "--frobnicate"), "unknown"));
}

TEST(LlamaFlags, Errors) {
  EXPECT_EQ(ErrorOf("llama.cpp", "--temp hot"),
            "--temp: got \"hot\", want a number");
  EXPECT_EQ(ErrorOf("llama.cpp", "--temp"), "--temp: want a value");
  EXPECT_EQ(ErrorOf("llama.cpp", "--temp \"0.8"),
            "line 1: a quote is left open");
  EXPECT_EQ(ErrorOf("llama.cpp", "hello"),
            "neither a JSON object nor flags (--temp 0.8)");
  EXPECT_EQ(ErrorOf("llama.cpp", ""),
            "neither a JSON object nor flags (--temp 0.8)");
}

TEST(LlamaFlags, FlagsWithoutAValue) {
  EXPECT_TRUE(
      Contains(ChainOf("llama.cpp", "--ignore-eos --top-k 5", {.end_ids = {2}}),
               "suppress_tokens(ids=[2])"));
}

}  // namespace
}  // namespace sampler::importers

// Configs as settings of other engines: what is written, and what is said of
// the rest.

#include "sampler/importers/exporter.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sampler/config.h"
#include "tests/importers/imports.h"

namespace sampler::importers {
namespace {

PipelineConfig Parsed(const std::string& stages) {
  const auto config =
      ParseConfig(absl::StrCat("{\"version\": 1, \"stages\": [", stages, "]}"));
  EXPECT_TRUE(config.ok()) << stages << config.status();
  return config.ok() ? *config : PipelineConfig{};
}

TEST(Exporter, KnowsItsEngines) {
  EXPECT_EQ(ExportEngines(),
            (std::vector<absl::string_view>{
                "llama.cpp", "llama.cpp-flags", "ollama", "huggingface",
                "openai", "vllm", "sglang", "koboldcpp", "textgen"}));
  EXPECT_EQ(Export("vlm", {}).status().message(),
            "unknown engine \"vlm\", did you mean \"vllm\"?");
  EXPECT_FALSE(Export("vllm", {}).ok());
}

TEST(Exporter, WritesNeutralValuesWhereDefaultsWouldAct) {
  const PipelineConfig config =
      Parsed(R"({"type": "temperature", "temperature": 0.5},
                {"type": "categorical"})");
  const auto vllm = Export("vllm", config);
  ASSERT_TRUE(vllm.ok());
  EXPECT_EQ(vllm->report.lost, 0);
  EXPECT_TRUE(Contains(vllm->text, "\"top_p\": 1.0"));
  // A model's own defaults do not act on it.
  const Imported again = Importing(
      "vllm", vllm->text,
      {.server_defaults = R"({"top_k": 1, "top_p": 0.1, "min_p": 0.5})"});
  EXPECT_EQ(Chain(again.config), "temperature(temperature=0.5) categorical");
  const auto hf = Export("huggingface", config);
  ASSERT_TRUE(hf.ok());
  EXPECT_EQ(hf->report.lost, 0) << hf->text;
  EXPECT_TRUE(Contains(hf->text, "\"top_k\": 0"));
}

// Releases since September 2026 refuse -1.
TEST(Exporter, SaysAWholeWindowAsEveryReleaseTakesIt) {
  const PipelineConfig config = Parsed(
      R"({"type": "repetition_penalty", "penalty": 1.1},
         {"type": "dry", "multiplier": 0.8},
         {"type": "categorical", "order": "rank"})");
  const auto exported = Export("llama.cpp-flags", config);
  ASSERT_TRUE(exported.ok());
  EXPECT_EQ(exported->report.lost, 0);
  EXPECT_TRUE(Contains(exported->text, "--repeat-last-n 1048576"));
  EXPECT_TRUE(Contains(exported->text, "--dry-penalty-last-n 1048576"));
  EXPECT_TRUE(Contains(
      Said(Importing("llama.cpp", "--repeat-last-n -1 --repeat-penalty 1.1"),
           "--repeat-last-n"),
      "say 1048576"));
}

// Fields of one stage that differ by where it looks, or when.
TEST(Exporter, WritesWhatTransformersForcesAndLooksUpInThePrompt) {
  const PipelineConfig config = Parsed(
      R"({"type": "no_repeat_ngram", "n": 3},
         {"type": "no_repeat_ngram", "n": 4, "scope": "prompt"},
         {"type": "forced_tokens", "at": [[0, [5]]], "value": "zero"},
         {"type": "forced_tokens", "at": [[19, [2, 7]]], "value": "zero"},
         {"type": "exponential_decay_length", "start": 10, "factor": 1.5,
          "eos_ids": [2]},
         {"type": "suppress_tokens", "ids": [8, 9]},
         {"type": "suppress_tokens", "ids": [6], "when": "begin"},
         {"type": "categorical"})");
  const auto exported = Export("huggingface", config);
  ASSERT_TRUE(exported.ok());
  EXPECT_EQ(exported->report.lost, 0) << exported->text;
  for (const char* field :
       {"\"no_repeat_ngram_size\": 3", "\"encoder_no_repeat_ngram_size\": 4",
        "\"max_new_tokens\": 20", "\"begin_suppress_tokens\"",
        "\"exponential_decay_length_penalty\""}) {
    EXPECT_TRUE(Contains(exported->text, field)) << field << exported->text;
  }
  EXPECT_EQ(Chain(Importing("huggingface", exported->text).config),
            Chain(config));
  // In between nothing is forced there, and logits that are kept are not.
  for (const char* at : {R"("at": [[3, [5]], [4, [6]]], "value": "zero")",
                         R"("at": [[0, [5]]], "value": "keep")"}) {
    const auto other = Export(
        "huggingface", Parsed(absl::StrCat(R"({"type": "forced_tokens", )", at,
                                           R"(}, {"type": "categorical"})")));
    ASSERT_TRUE(other.ok());
    EXPECT_GE(other->report.lost, 1) << other->text;
  }
}

// Bits above the signed integers come back as the same bits.
TEST(Exporter, WritesEverySeed) {
  PipelineConfig config = Parsed(R"({"type": "categorical"})");
  config.seed = ~std::uint64_t{6};
  const auto exported = Export("openai", config);
  ASSERT_TRUE(exported.ok());
  EXPECT_EQ(exported->report.lost, 0) << exported->text;
  EXPECT_EQ(Importing("openai", exported->text).config.seed, config.seed);
}

TEST(Exporter, SaysWhatHappensInstead) {
  const auto exported = Export("openai", Parsed(R"({"type": "top_a", "a": 0.2},
                {"type": "frequency_penalty", "penalty": 0.5,
                 "scope": "both"}, {"type": "categorical"})"));
  ASSERT_TRUE(exported.ok());
  std::string said;
  for (const ExportEntry& entry : exported->report.entries) {
    absl::StrAppend(&said, entry.stage, ": ", ToText(entry.outcome), ": ",
                    entry.effect, "\n");
  }
  EXPECT_TRUE(Contains(said, "top_a(a=0.2): lost"));
  EXPECT_TRUE(Contains(said, "lost: the engine runs frequency_penalty("));
  EXPECT_EQ(exported->report.lost, 2) << said;
}

// What has no effect cannot be lost; beside an effect of the engine's it is.
TEST(Exporter, LosesNoStageWithoutEffect) {
  const PipelineConfig config = Parsed(R"(
      {"type": "top_k", "k": 0}, {"type": "top_a", "a": 0},
      {"type": "tail_free", "z": 1}, {"type": "temperature", "temperature": 0.7},
      {"type": "temperature", "temperature": 1}, {"type": "categorical"})");
  for (const absl::string_view engine : {"openai", "vllm", "huggingface"}) {
    const auto exported = Export(engine, config);
    ASSERT_TRUE(exported.ok());
    EXPECT_EQ(exported->report.lost, 0) << engine << exported->text;
    EXPECT_EQ(exported->report.entries[1].outcome, Outcome::kHarmless);
    EXPECT_EQ(exported->report.entries[1].stage, "top_a(a=0)");
  }
  const auto lost = Export("openai", Parsed(R"({"type": "top_a", "a": 0.1},
                                               {"type": "categorical"})"));
  ASSERT_TRUE(lost.ok());
  EXPECT_EQ(lost->report.lost, 1);
}

// A field that is written is not said to be something the engine cannot
// express.
TEST(Exporter, SaysThatAnotherOrderIsAllThatDiffers) {
  const auto exported = Export("ollama", Parsed(R"(
      {"type": "temperature", "temperature": 0.8}, {"type": "top_k", "k": 40},
      {"type": "categorical"})"));
  ASSERT_TRUE(exported.ok());
  EXPECT_EQ(exported->report.entries[0].effect,
            "the engine runs it in another order");
  EXPECT_TRUE(Contains(exported->report.entries[2].effect,
                       "the engine runs categorical("));
  EXPECT_EQ(exported->report.lost, 2);
}

}  // namespace
}  // namespace sampler::importers

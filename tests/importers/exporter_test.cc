// Configs as settings of other engines: what is expressed comes back as it was,
// and what is not is said.

#include "sampler/importers/exporter.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "sampler/config.h"
#include "tests/importers/imports.h"
#include "tests/support/test_share.h"

namespace sampler::importers {
namespace {

PipelineConfig Parsed(const std::string& stages) {
  const auto config =
      ParseConfig(absl::StrCat("{\"version\": 1, \"stages\": [", stages, "]}"));
  EXPECT_TRUE(config.ok()) << stages << config.status();
  return config.ok() ? *config : PipelineConfig{};
}

// Each stage with its defaults written out, as ToJson of a parsed one has them
// not: compared through the chain that they make.
std::string Law(const PipelineConfig& config) { return ChainText(config); }

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

// ---- Round trips ----------------------------------------------------------

// A number with three digits: what people write.
double Number(std::mt19937& random, double low, double high) {
  const int steps = std::uniform_int_distribution<int>(1, 999)(random);
  return low + (high - low) * steps / 1000;
}

StageConfig RandomStage(std::mt19937& random) {
  const auto number = [&](double low, double high) {
    return Value(Number(random, low, high));
  };
  const auto integer = [&](int low, int high) {
    return Value(std::uniform_int_distribution<int>(low, high)(random));
  };
  switch (std::uniform_int_distribution<int>(0, 17)(random)) {
    case 0:
      return {"top_k", {{"k", integer(2, 100)}}};
    case 1:
      return {"top_p", {{"p", number(0.1, 1)}}};
    case 2:
      return {"min_p", {{"p", number(0, 0.5)}}};
    case 3:
      return {"temperature", {{"temperature", number(0.1, 1.9)}}};
    case 4:
      return {"repetition_penalty",
              {{"penalty", number(1, 2)},
               {"scope", "both"},
               {"window", integer(1, 500)}}};
    case 5:
      return {"presence_penalty",
              {{"penalty", number(0, 2)}, {"scope", "output"}}};
    case 6:
      return {"frequency_penalty",
              {{"penalty", number(0, 2)}, {"scope", "output"}}};
    case 7:
      return {"typical_p", {{"p", number(0.2, 1)}, {"equality", "continue"}}};
    case 8:
      return {"xtc",
              {{"probability", number(0, 1)},
               {"threshold", number(0.01, 0.5)},
               {"fire", "le"}}};
    case 9:
      return {"top_n_sigma", {{"n", number(0.5, 3)}}};
    case 10:
      return {"dry",
              {{"multiplier", number(0.1, 2)},
               {"base", number(1, 3)},
               {"allowed_length", integer(1, 5)},
               {"window", integer(1, 99)}}};
    case 11:
      return {"logit_bias",
              {{"bias", Value::Object{{"7", number(-3, 3)}, {"9", 1.5}}}}};
    case 12:
      return {"top_a", {{"a", number(0, 1)}}};
    case 13:
      return {"tail_free", {{"z", number(0.1, 1)}}};
    case 14:
      return {"quadratic", {{"factor", number(0, 1)}, {"curve", number(1, 3)}}};
    case 15:
      return {"top_k", {{"k", integer(2, 100)}, {"ties", "keep_all"}}};
    case 16:
      return {"top_p", {{"p", number(0.1, 1)}, {"tie_order", "high_id"}}};
    default:
      return {"no_repeat_ngram", {{"n", integer(1, 5)}}};
  }
}

PipelineConfig RandomConfig(std::mt19937& random) {
  PipelineConfig config;
  const int stages = std::uniform_int_distribution<int>(0, 5)(random);
  for (int i = 0; i < stages; ++i) {
    config.stages.push_back(RandomStage(random));
  }
  StageConfig draw = {"categorical", {}};
  if (random() % 2 == 0) draw.parameters["order"] = "rank";
  config.stages.push_back(std::move(draw));
  if (random() % 3 == 0) config.seed = random() % 100'000;
  return config;
}

TEST(Exporter, WhatIsNotLostComesBack) {
  std::mt19937 random(20260801);
  std::map<absl::string_view, int> whole;
  for (int round = 0; round < Share(1000) + 200; ++round) {
    const PipelineConfig chain = RandomConfig(random);
    if (!CheckConfig(chain).empty()) continue;
    for (const absl::string_view engine : ExportEngines()) {
      PipelineConfig config = chain;
      if (engine == "koboldcpp") {  // It always runs this one.
        config.stages.insert(config.stages.begin(), {"top_k", {{"k", 3000}}});
      }
      const auto exported = Export(engine, config);
      ASSERT_TRUE(exported.ok()) << exported.status();
      if (exported->report.lost > 0) continue;
      ++whole[engine];
      const auto again = Import(ImporterOf(engine), exported->text);
      ASSERT_TRUE(again.ok()) << exported->text << again.status();
      EXPECT_EQ(Law(again->config), Law(config)) << engine << exported->text;
      EXPECT_EQ(again->config.seed, config.seed) << engine;
    }
  }
  // The test would say nothing of an engine that loses everything.
  for (const absl::string_view engine : ExportEngines()) {
    EXPECT_GT(whole[engine], 10) << engine;
  }
}

// Settings of an engine, imported, exported and imported again.
TEST(Exporter, ImportsComeBack) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"llama.cpp", R"({"temperature": 0.6, "top_k": 20, "min_p": 0,
          "repeat_penalty": 1.1, "dry_multiplier": 0.8, "xtc_probability": 0.5,
          "dynatemp_range": 0.2, "logit_bias": [[5, false], [7, -1.5]],
          "seed": 9, "dry_sequence_breakers": [], "typical_p": 0.9})"},
      {"llama.cpp-flags", "--mirostat 2 --temp 0.7 --mirostat-ent 4"},
      {"llama.cpp-flags",
       "--samplers \"min_p;temperature;adaptive_p\" "
       "--adaptive-target 0.3 --logit-bias 3-inf"},
      {"ollama", "PARAMETER temperature 0.5\nPARAMETER repeat_penalty 1.2\n"},
      {"huggingface", R"({"do_sample": true, "temperature": 0.6,
          "top_p": 0.95, "top_k": 20, "repetition_penalty": 1.05})"},
      {"huggingface", R"({"do_sample": false})"},
      {"openai", R"({"temperature": 0.7, "top_p": 0.9, "seed": 3})"},
      {"vllm", R"({"temperature": 0.7, "top_p": 0.8, "top_k": 20,
          "min_p": 0.1, "presence_penalty": 1.5})"},
      {"sglang", R"({"temperature": 0.7, "top_p": 0.8, "top_k": 20})"},
      {"koboldcpp", R"({"temperature": 0.8, "top_k": 40, "min_p": 0.05,
          "rep_pen": 1.1, "rep_pen_range": 256, "smoothing_factor": 0.3})"},
      {"textgen", R"({"temperature": 0.8, "min_p": 0.05, "top_k": 30,
          "repetition_penalty": 1.15, "epsilon_cutoff": 3})"}};
  for (const auto& [engine, text] : cases) {
    const PipelineConfig config = Importing(ImporterOf(engine), text).config;
    const auto exported = Export(engine, config);
    ASSERT_TRUE(exported.ok()) << exported.status();
    std::string said;
    for (const ExportEntry& entry : exported->report.entries) {
      absl::StrAppend(&said, entry.stage, ": ", entry.effect, "\n");
    }
    EXPECT_EQ(exported->report.lost, 0) << exported->text << said;
    EXPECT_EQ(Law(Importing(ImporterOf(engine), exported->text).config),
              Law(config))
        << exported->text;
  }
}

}  // namespace
}  // namespace sampler::importers

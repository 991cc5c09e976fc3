// Configs as settings of other engines, and back: what is not called lost is as
// it was.

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/config.h"
#include "sampler/importers/exporter.h"
#include "tests/importers/imports.h"
#include "tests/support/test_share.h"

namespace sampler::importers::exports_come_back_test {
namespace {

// Each stage with its defaults written out, as ToJson of a parsed one has them
// not: compared through the chain that they make.
std::string Law(const PipelineConfig& config) { return ChainText(config); }

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
}  // namespace sampler::importers::exports_come_back_test

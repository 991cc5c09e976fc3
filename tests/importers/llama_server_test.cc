// llama.cpp's request bodies: its default chain, each field, its errors.

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "sampler/config.h"
#include "tests/importers/imports.h"

namespace sampler::importers {
namespace {

constexpr char kDefaults[] =
    "top_k(k=40) top_p(p=0.95) min_p(p=0.05) temperature(temperature=0.8) "
    "categorical(order=\"rank\")";

std::string Llama(absl::string_view text, const ImportOptions& options = {}) {
  return ChainOf("llama.cpp", text, options);
}

TEST(LlamaCpp, AnEmptyRequestIsItsDefaultChain) {
  const Imported imported = Importing("llama.cpp", "{}");
  EXPECT_EQ(Chain(imported.config), kDefaults);
  EXPECT_EQ(imported.report.runtime, "llama.cpp b10573");
  EXPECT_EQ(Said(imported, "top_k"), "default, applied: top_k(k=40)");
  EXPECT_EQ(Said(imported, "typical_p"), "") << "neutral defaults are silent";
  EXPECT_FALSE(imported.config.seed.has_value());
  EXPECT_EQ(imported.config.rng, Rng::kHouse);
}

TEST(LlamaCpp, EveryStageInItsOrder) {
  EXPECT_EQ(Llama(R"({"logit_bias": [[5, -1.5], [7, false], [5, 0.5]],
                "repeat_penalty": 1.1, "frequency_penalty": 0.2,
                "presence_penalty": 0.3, "repeat_last_n": 32,
                "dry_multiplier": 0.8, "dry_sequence_breakers": [],
                "top_n_sigma": 1.5, "top_k": 20, "typical_p": 0.9,
                "top_p": 0.8, "min_p": 0.1, "xtc_probability": 0.5,
                "temperature": 0.7})"),
            "logit_bias(bias={\"5\": -1.0, \"7\": false}) "
            "repetition_penalty(penalty=1.1 scope=\"both\" window=32) "
            "frequency_penalty(penalty=0.2 scope=\"both\" window=32) "
            "presence_penalty(penalty=0.3 scope=\"both\" window=32) "
            "dry(allowed_length=2 base=1.75 multiplier=0.8 window=64) "
            "top_n_sigma(n=1.5) top_k(k=20) "
            "typical_p(equality=\"continue\" p=0.9) top_p(p=0.8) min_p(p=0.1) "
            "xtc(fire=\"le\" probability=0.5 threshold=0.1) "
            "temperature(temperature=0.7) categorical(order=\"rank\")");
}

TEST(LlamaCpp, OffValuesLeaveNoStage) {
  EXPECT_EQ(Llama(R"({"top_k": 0, "top_p": 1, "min_p": 0, "temperature": 1,
                      "typical_p": 1.2, "top_n_sigma": 0,
                      "xtc_probability": 1, "xtc_threshold": 0.6,
                      "repeat_penalty": 1.3, "repeat_last_n": 0,
                      "dry_multiplier": 1, "dry_penalty_last_n": 0})"),
            "categorical(order=\"rank\")");
  EXPECT_EQ(Llama(R"({"top_k": -5, "top_p": 1.5, "min_p": -1,
                      "temperature": 1})"),
            "categorical(order=\"rank\")");
  const Imported imported =
      Importing("llama.cpp", R"({"repeat_penalty": 1.3, "repeat_last_n": 0})");
  EXPECT_TRUE(Contains(Said(imported, "repeat_penalty"),
                       "harmless: off: repeat_last_n is 0"));
}

TEST(LlamaCpp, ClampsAsTheServerDoesAndSaysSo) {
  const Imported imported = Importing(
      "llama.cpp", R"({"temperature": -1, "top_k": -5, "min_p": 1.5})");
  EXPECT_EQ(Chain(imported.config),
            "top_p(p=0.95) min_p(p=1.0) temperature(temperature=0.0) "
            "categorical(order=\"rank\")");
  EXPECT_TRUE(Contains(Said(imported, "temperature"), "clamped to 0"));
  EXPECT_TRUE(Contains(Said(imported, "top_k"), "clamped to 0"));
  EXPECT_TRUE(Contains(Said(imported, "min_p"), "clamped to 1"));
}

TEST(LlamaCpp, TheOrderIsASetting) {
  EXPECT_EQ(Llama(R"({"samplers": ["temperature", "min_p", "temperature"]})"),
            "temperature(temperature=0.8) min_p(p=0.05) "
            "temperature(temperature=0.8) categorical(order=\"rank\")");
  EXPECT_EQ(Llama(R"({"samplers": "kmt"})"),
            "top_k(k=40) min_p(p=0.05) temperature(temperature=0.8) "
            "categorical(order=\"rank\")");
  EXPECT_EQ(Llama(R"({"samplers": []})"), "categorical(order=\"rank\")");
  // Case and joints do not matter; some have other names.
  EXPECT_EQ(Llama(R"({"samplers": ["Top-K", "nucleus", "temp", "typp"],
                      "typical_p": 0.9})"),
            "top_k(k=40) top_p(p=0.95) temperature(temperature=0.8) "
            "typical_p(equality=\"continue\" p=0.9) "
            "categorical(order=\"rank\")");
}

TEST(LlamaCpp, WhatIsNotAmongTheSamplersHasNoEffect) {
  const Imported imported =
      Importing("llama.cpp", R"({"samplers": ["top_k"], "top_p": 0.5})");
  EXPECT_EQ(Said(imported, "top_p"),
            "given, harmless: its stage is not among the samplers");
}

TEST(LlamaCpp, UnknownSamplersAreDroppedAsThereAndNamed) {
  const Imported imported =
      Importing("llama.cpp", R"({"samplers": ["topp_k", "top_k", "infill"]})");
  EXPECT_EQ(Chain(imported.config), "top_k(k=40) categorical(order=\"rank\")");
  EXPECT_TRUE(Contains(Said(imported, "samplers"), "did you mean \"top_k\"?"));
  EXPECT_TRUE(Contains(Said(imported, "infill"), "lost: not a stage"));
  EXPECT_TRUE(Contains(
      Said(Importing("llama.cpp", R"({"samplers": "kq"})"), "samplers"),
      "no sampler of llama.cpp"));
  EXPECT_TRUE(Contains(ErrorOf("llama.cpp", R"({"samplers": "top_k;min_p"})"),
                       "text is read as letters"));
}

TEST(LlamaCpp, MirostatLeavesBiasAndTemperatureOnly) {
  const Imported imported =
      Importing("llama.cpp",
                R"({"mirostat": 2, "mirostat_tau": 4, "top_k": 10, "top_p": 0.5,
          "repeat_penalty": 1.2, "logit_bias": {"3": 1}})");
  EXPECT_EQ(Chain(imported.config),
            "logit_bias(bias={\"3\": 1}) temperature(temperature=0.8) "
            "mirostat(eta=0.1 tau=4 version=2) categorical(order=\"rank\")");
  for (const char* field : {"top_k", "top_p", "repeat_penalty"}) {
    EXPECT_EQ(Said(imported, field),
              "given, harmless: llama.cpp ignores it under mirostat");
  }
  EXPECT_TRUE(Contains(Llama(R"({"mirostat": 7})"), "version=2"));
  EXPECT_TRUE(Contains(Llama(R"({"mirostat": 1})"), "version=1"));
}

TEST(LlamaCpp, DynamicTemperature) {
  EXPECT_EQ(Llama(R"({"samplers": "t", "temperature": 0.75,
                      "dynatemp_range": 0.5, "dynatemp_exponent": 2})"),
            "dynamic_temperature(count=\"all\" exponent=2 high=1.25 low=0.25) "
            "categorical(order=\"rank\")");
  EXPECT_EQ(Llama(R"({"samplers": "t", "temperature": 0.25,
                      "dynatemp_range": 0.5})"),
            "dynamic_temperature(count=\"all\" exponent=1.0 high=0.75 low=0.0) "
            "categorical(order=\"rank\")");
}

// ln n is of the array: a truncation shortens it, a ban does not.
TEST(LlamaCpp, DynamicTemperatureCountsTheArray) {
  const auto counts_all = [](absl::string_view fields) {
    return Contains(
        Llama(absl::StrCat(R"({"temperature": 1, "dynatemp_range": 0.5, )",
                           fields, "}")),
        "count=\"all\"");
  };
  EXPECT_FALSE(counts_all(R"("top_k": 40)"));
  EXPECT_FALSE(counts_all(R"("samplers": ["min_p", "temperature"])"));
  EXPECT_TRUE(counts_all(R"("samplers": ["temperature", "min_p"])"));
  const std::string xtc = R"("samplers": ["xtc", "temperature"],
                             "xtc_probability": 0.5)";
  EXPECT_FALSE(counts_all(xtc));
  EXPECT_TRUE(counts_all(absl::StrCat(xtc, R"(, "logit_bias": {"3": false})")));
  EXPECT_TRUE(counts_all(R"("samplers": ["top_n_sigma", "temperature"],
                            "top_n_sigma": 2)"));
}

TEST(LlamaCpp, AdaptivePReplacesTheDraw) {
  EXPECT_EQ(Llama(R"({"samplers": ["adaptive_p", "min_p"],
                      "adaptive_target": 0.5})"),
            "min_p(p=0.05) adaptive_p(decay=0.9 target=0.5) "
            "categorical(order=\"rank\")");
  EXPECT_EQ(Llama(R"({"samplers": ["min_p", "adaptive_p"]})"),
            "min_p(p=0.05) categorical(order=\"rank\")");
}

TEST(LlamaCpp, MinKeepReachesFourStages) {
  EXPECT_EQ(Llama(R"({"min_keep": 3, "typical_p": 0.5, "xtc_probability": 1})"),
            "top_k(k=40) typical_p(equality=\"continue\" min_keep=3 p=0.5) "
            "top_p(min_keep=3 p=0.95) min_p(min_keep=3 p=0.05) "
            "xtc(fire=\"le\" min_keep=3 probability=1 threshold=0.1) "
            "temperature(temperature=0.8) categorical(order=\"rank\")");
}

TEST(LlamaCpp, TextsNeedAVocabulary) {
  constexpr char kBody[] =
      R"({"samplers": "d", "dry_multiplier": 1,
          "dry_sequence_breakers": ["\n"], "logit_bias": [["ab", 2]]})";
  Imported imported = Importing("llama.cpp", kBody);
  EXPECT_EQ(Chain(imported.config),
            "dry(allowed_length=2 base=1.75 multiplier=1 window=64) "
            "categorical(order=\"rank\")");
  EXPECT_TRUE(
      Contains(Said(imported, "dry_sequence_breakers"), "not applied: text"));
  EXPECT_TRUE(Contains(Said(imported, "logit_bias"), "--vocab-file"));
  const ListedTexts texts({"a", "b", "\n", " \n"});
  imported = Importing("llama.cpp", kBody, {.texts = &texts});
  EXPECT_EQ(Chain(imported.config),
            "logit_bias(bias={\"0\": 2, \"1\": 2}) "
            "dry(allowed_length=2 base=1.75 breakers=[[2], [3]] multiplier=1 "
            "window=64) categorical(order=\"rank\")");
}

TEST(LlamaCpp, DryBaseBelowOneIsTheDefault) {
  const Imported imported = Importing(
      "llama.cpp", R"({"samplers": "d", "dry_multiplier": 1, "dry_base": 0.5,
                       "dry_sequence_breakers": []})");
  EXPECT_TRUE(Contains(Chain(imported.config), "base=1.75"));
  EXPECT_TRUE(Contains(Said(imported, "dry_base"), "the default 1.75"));
}

TEST(LlamaCpp, ParityTakesTheRandomNumbersAndKeepsTheValues) {
  const Imported imported = Importing(
      "llama.cpp", R"({"seed": 42, "temperature": 0.7})", {.parity = true});
  EXPECT_EQ(imported.config.rng, Rng::kLlamaCpp);
  EXPECT_EQ(imported.config.seed, 42u);
  EXPECT_TRUE(Contains(Chain(imported.config), "temperature=0.7"));
}

TEST(LlamaCpp, Seeds) {
  EXPECT_EQ(Importing("llama.cpp", R"({"seed": 7})").config.seed, 7u);
  for (const char* random : {R"({"seed": -1})", R"({"seed": 4294967295})"}) {
    const Imported imported = Importing("llama.cpp", random);
    EXPECT_FALSE(imported.config.seed.has_value());
    EXPECT_TRUE(Contains(Said(imported, "seed"), "random seed"));
  }
  EXPECT_TRUE(Contains(ErrorOf("llama.cpp", R"({"seed": 4294967296})"),
                       "want an integer in [-1, 4294967295]"));
}

TEST(LlamaCpp, RejectsWhatTheServerRejects) {
  for (const char* bad :
       {R"({"repeat_last_n": -2})", R"({"repeat_penalty": 0})",
        R"({"dry_penalty_last_n": -2, "dry_multiplier": 1})",
        R"({"dry_allowed_length": -1})", R"({"adaptive_decay": 0.995})",
        R"({"min_keep": -1})", R"({"temperature": "hot"})",
        R"({"top_k": true})", R"({"logit_bias": [[1]]})",
        R"({"logit_bias": [[1, "x"]]})", R"({"logit_bias": 3})",
        R"({"logit_bias": [[-1, 2]]})", R"({"typical_p": 0})",
        R"({"dry_sequence_breakers": [1], "dry_multiplier": 1})"}) {
    EXPECT_NE(ErrorOf("llama.cpp", bad), "") << bad;
  }
}

TEST(LlamaCpp, ReadsWhatTheServerReads) {
  const Imported imported =
      Importing("llama.cpp",
                R"({"top_k": 30.0, "repeat_last_n": -1, "repeat_penalty": 1.1,
          "mirostat": 0, "mirostat_tau": 0, "min_keep": 0.9})");
  EXPECT_EQ(Chain(imported.config),
            "repetition_penalty(penalty=1.1 scope=\"both\") top_k(k=30) "
            "top_p(p=0.95) min_p(p=0.05) temperature(temperature=0.8) "
            "categorical(order=\"rank\")");
  EXPECT_TRUE(Contains(Said(imported, "top_k"), "read as 30"));
  EXPECT_TRUE(Contains(Said(imported, "repeat_last_n"), "the whole context"));
  EXPECT_TRUE(Contains(Said(imported, "mirostat_tau"), "given, harmless"));
  EXPECT_TRUE(Contains(Said(imported, "min_keep"), "read as 0"));
}

TEST(LlamaCpp, ReadsTheSettingsOfAnAnswer) {
  std::ifstream file(SAMPLER_TEST_DATA "/import/llama-answer.json");
  ASSERT_TRUE(file.good());
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const Imported imported = Importing("llama.cpp", text);
  EXPECT_EQ(imported.config.seed, 42u);
  EXPECT_EQ(imported.config.stages.size(), 5u);
  for (const ReportEntry& entry : imported.report.entries) {
    EXPECT_NE(entry.outcome, Outcome::kUnknown) << entry.field;
  }
}

TEST(LlamaCpp, EndBansNeedTheEndIds) {
  const Imported without = Importing("llama.cpp", R"({"ignore_eos": true})");
  EXPECT_TRUE(Contains(Said(without, "ignore_eos"), "--eos-ids"));
  EXPECT_TRUE(Contains(Llama(R"({"ignore_eos": true})", {.end_ids = {2, 3}}),
                       "suppress_tokens(ids=[2, 3])"));
}

}  // namespace
}  // namespace sampler::importers

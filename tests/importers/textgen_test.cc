#include <gtest/gtest.h>

#include "tests/importers/imports.h"

namespace sampler::importers {
namespace {

std::string TextGen(absl::string_view text, const ImportOptions& options = {}) {
  return ChainOf("textgen", text, options);
}

TEST(TextGen, ItsDefaultsAreNeutral) {
  EXPECT_EQ(TextGen("{}"), "categorical");
}

TEST(TextGen, EveryStageInItsOrder) {
  EXPECT_EQ(
      TextGen(R"({"guidance_scale": 1.5, "custom_token_bans": "7, 8",
          "repetition_penalty": 1.1, "presence_penalty": 0.2,
          "frequency_penalty": 0.3, "dry_multiplier": 0.8,
          "dry_sequence_breakers": [], "top_n_sigma": 1, "temperature": 0.7,
          "smoothing_factor": 0.2, "top_k": 30, "top_p": 0.9,
          "typical_p": 0.95, "epsilon_cutoff": 3, "eta_cutoff": 5,
          "tfs": 0.9, "top_a": 0.1, "min_p": 0.05, "xtc_probability": 0.5,
          "encoder_repetition_penalty": 1.2, "no_repeat_ngram_size": 4})",
              {.end_ids = {2}}),
      "guidance(scale=1.5) suppress_tokens(ids=[7, 8]) "
      "repetition_penalty(penalty=1.1 scope=\"both\" window=1024) "
      "presence_penalty(penalty=0.2 scope=\"both\" window=1024) "
      "frequency_penalty(penalty=0.3 scope=\"both\" window=1024) "
      "dry(allowed_length=2 base=1.75 multiplier=0.8 window=1024) "
      "top_n_sigma(n=1 sigma=\"sample\") temperature(temperature=0.7) "
      "quadratic(curve=1.0 factor=0.2) top_k(k=30 ties=\"keep_all\") "
      "top_p(p=0.9 tie_order=\"high_id\") typical_p(p=0.95 ties=\"keep_all\") "
      "epsilon_cutoff(epsilon=0.00030000000000000003) "
      "eta_cutoff(epsilon=0.0005) tail_free(offset=1 z=0.9) top_a(a=0.1) "
      "min_p(p=0.05) xtc(probability=0.5 protect=[2] threshold=0.1) "
      "encoder_repetition_penalty(penalty=1.2) no_repeat_ngram(n=4) "
      "categorical");
}

TEST(TextGen, TheOrderIsASetting) {
  EXPECT_EQ(TextGen(R"({"sampler_priority": ["top_k", "temperature"],
                        "temperature": 0.5, "top_k": 9, "top_p": 0.1})"),
            "top_p(p=0.1 tie_order=\"high_id\") top_k(k=9 ties=\"keep_all\") "
            "temperature(temperature=0.5) "
            "categorical");
  EXPECT_EQ(TextGen(R"({"sampler_priority": "min_p\ntemperature",
                        "temperature": 0.5, "min_p": 0.1})"),
            "min_p(p=0.1) temperature(temperature=0.5) categorical");
  EXPECT_EQ(TextGen(R"({"temperature_last": true, "temperature": 0.5,
                        "min_p": 0.1})"),
            "min_p(p=0.1) temperature(temperature=0.5) categorical");
  EXPECT_TRUE(
      Contains(Said(Importing("textgen", R"({"sampler_priority": ["top_kk"]})"),
                    "sampler_priority"),
               "did you mean \"top_k\"?"));
}

TEST(TextGen, DynamicTemperatureTakesThePlaceOfTheOther) {
  const Imported imported =
      Importing("textgen", R"({"dynamic_temperature": true, "dynatemp_low": 0.5,
                     "dynatemp_high": 1.5, "temperature": 0.3})");
  EXPECT_EQ(Chain(imported.config),
            "dynamic_temperature(exponent=1.0 high=1.5 low=0.5) categorical");
  EXPECT_TRUE(Contains(Said(imported, "temperature"), "harmless"));
}

TEST(TextGen, ZeroTemperatureOrNoSamplingIsGreedy) {
  EXPECT_EQ(TextGen(R"({"temperature": 0, "top_k": 5,
                        "repetition_penalty": 1.1})"),
            "repetition_penalty(penalty=1.1 scope=\"both\" window=1024) "
            "greedy");
  const Imported imported =
      Importing("textgen", R"({"do_sample": false, "top_k": 5})");
  EXPECT_EQ(Chain(imported.config), "greedy");
  EXPECT_TRUE(Contains(Said(imported, "top_k"), "harmless: no sampling"));
}

TEST(TextGen, WhatDrawsByItselfEndsTheChain) {
  EXPECT_EQ(TextGen(R"({"mirostat_mode": 2, "top_k": 5,
                        "xtc_probability": 0.5})"),
            "top_k(k=5 ties=\"keep_all\") mirostat(eta=0.1 tau=5.0 version=2) "
            "categorical");
  const Imported imported = Importing(
      "textgen", R"({"adaptive_target": 0.5, "no_repeat_ngram_size": 3})");
  EXPECT_EQ(Chain(imported.config),
            "no_repeat_ngram(n=3) adaptive_p(decay=0.9 target=0.5) "
            "categorical");
  EXPECT_TRUE(
      Contains(Said(imported, "adaptive_target"), "directly before the draw"));
}

TEST(TextGen, BreakersAreTheLastTokenOfEach) {
  const ListedTexts texts({"\n", ":", "\"", "*", "ab", "c"});
  EXPECT_TRUE(Contains(TextGen(R"({"dry_multiplier": 1})", {.texts = &texts}),
                       "breakers=[[0], [1], [2], [3]]"));
  EXPECT_TRUE(Contains(
      TextGen(R"({"dry_multiplier": 1, "dry_sequence_breakers": ["abc"]})",
              {.texts = &texts}),
      "breakers=[[5]]"));
  EXPECT_TRUE(Contains(
      ErrorOf("textgen",
              R"({"dry_multiplier": 1, "dry_sequence_breakers": "\"a"})"),
      "quoted texts"));
}

TEST(TextGen, Errors) {
  for (const char* bad :
       {R"({"top_p": 2})", R"({"repetition_penalty": 0})",
        R"({"custom_token_bans": "1,x"})", R"({"epsilon_cutoff": 10000})",
        R"({"mirostat_mode": 3})"}) {
    EXPECT_NE(ErrorOf("textgen", bad), "") << bad;
  }
}

}  // namespace
}  // namespace sampler::importers

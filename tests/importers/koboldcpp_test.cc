#include <gtest/gtest.h>

#include "tests/importers/imports.h"

namespace sampler::importers {
namespace {

std::string Kobold(absl::string_view text, const ImportOptions& options = {}) {
  return ChainOf("koboldcpp", text, options);
}

TEST(KoboldCpp, AnEmptyRequestIsItsDefaultChain) {
  EXPECT_EQ(Kobold("{}"),
            "top_k(k=3000) top_k(k=100) top_p(p=0.9) "
            "temperature(temperature=0.7) categorical(order=\"rank\")");
}

TEST(KoboldCpp, EveryStageInItsOrder) {
  EXPECT_EQ(
      Kobold(R"({"guidance_scale": 1.5, "logit_bias": {"5": -2},
          "dry_multiplier": 0.8, "dry_sequence_breakers": [], "rep_pen": 1.1,
          "presence_penalty": 0.2, "top_k": 50, "top_a": 0.1, "tfs": 0.95,
          "typical": 0.9, "top_p": 0.8, "min_p": 0.05, "temperature": 0.75,
          "dynatemp_range": 0.25, "smoothing_factor": 0.2, "nsigma": 1.5,
          "xtc_probability": 0.5, "adaptive_target": 0.4})"),
      "guidance(normalize=false scale=1.5) logit_bias(bias={\"5\": -2}) "
      "dry(allowed_length=2 base=1.75 exempt_breakers=false multiplier=0.8 "
      "window=320) top_k(k=3000) "
      "repetition_penalty(penalty=1.1 scope=\"both\" window=320) "
      "presence_penalty(penalty=0.2 scope=\"both\" window=320) top_k(k=50) "
      "top_a(a=0.1) tail_free(z=0.95) "
      "typical_p(equality=\"continue\" p=0.9) top_p(p=0.8) min_p(p=0.05) "
      "dynamic_temperature(exponent=1.0 high=1.0 low=0.5) "
      "quadratic(curve=1.0 factor=0.2) top_n_sigma(n=1.5) "
      "xtc(probability=0.5 threshold=0.2) adaptive_p(decay=0.9 target=0.4) "
      "categorical(order=\"rank\")");
}

TEST(KoboldCpp, TheOrderIsASetting) {
  const Imported imported = Importing(
      "koboldcpp", R"({"sampler_order": [5, 2], "top_k": 7, "top_p": 0.5})");
  EXPECT_EQ(Chain(imported.config),
            "top_k(k=3000) temperature(temperature=0.7) top_p(p=0.5) "
            "categorical(order=\"rank\")");
  EXPECT_EQ(Said(imported, "top_k"),
            "given, harmless: its stage is not in sampler_order");
}

TEST(KoboldCpp, MirostatTakesThePlaceOfTheOrder) {
  const Imported imported =
      Importing("koboldcpp", R"({"mirostat": 1, "rep_pen": 1.1, "top_k": 7})");
  EXPECT_EQ(Chain(imported.config),
            "top_k(k=3000) repetition_penalty(penalty=1.1 scope=\"both\" "
            "window=320) temperature(temperature=0.7) mirostat(eta=0.1 tau=5.0 "
            "version=1) categorical(order=\"rank\")");
  EXPECT_TRUE(Contains(Said(imported, "top_k"), "skips it under mirostat"));
}

TEST(KoboldCpp, WhatCannotBeExpressedIsSaid) {
  const Imported imported = Importing(
      "koboldcpp",
      R"({"rep_pen": 1.2, "rep_pen_slope": 0.7, "banned_strings": ["x y"]})");
  EXPECT_TRUE(Contains(Said(imported, "banned_strings"), "given, lost"));
  EXPECT_TRUE(
      Contains(ErrorOf("koboldcpp",
                       R"({"smoothing_factor": 0.3, "smoothing_curve": 4})"),
               "want a number in [1, 3]"));
}

TEST(KoboldCpp, SpecialValues) {
  EXPECT_TRUE(
      Contains(Kobold(R"({"temperature": 0})"), "temperature(temperature=0)"));
  EXPECT_TRUE(
      Contains(Kobold(R"({"rep_pen": 1.2, "rep_pen_range": 0})"), "window=1)"));
  EXPECT_TRUE(Contains(Kobold(R"({"guidance_scale": -2})"), "scale=0"));
  EXPECT_FALSE(
      Contains(Kobold(R"({"dry_multiplier": 1, "dry_base": 0})"), "dry"));
  EXPECT_FALSE(Contains(Kobold(R"({"dry_multiplier": 1, "dry_penalty_last_n": 0,
                          "dry_sequence_breakers": []})"),
                        "window"));
  EXPECT_FALSE(
      Importing("koboldcpp", R"({"sampler_seed": 0})").config.seed.has_value());
  EXPECT_EQ(Importing("koboldcpp", R"({"sampler_seed": 5})").config.seed, 5u);
}

TEST(KoboldCpp, BannedTokensAreThoseThatContainTheText) {
  const ListedTexts texts({"a", "ba", "c"});
  EXPECT_TRUE(Contains(Kobold(R"({"banned_tokens": ["a"]})", {.texts = &texts}),
                       "suppress_tokens(ids=[0, 1])"));
  EXPECT_TRUE(
      Contains(Said(Importing("koboldcpp", R"({"banned_tokens": ["a"]})"),
                    "banned_tokens"),
               "--vocab-file"));
  EXPECT_TRUE(Contains(Kobold(R"({"ban_eos_token": true})", {.end_ids = {2}}),
                       "suppress_tokens(ids=[2])"));
}

TEST(KoboldCpp, Errors) {
  for (const char* bad :
       {R"({"sampler_order": [7]})", R"({"sampler_order": ["top_k"]})",
        R"({"rep_pen": 0})", R"({"mirostat": 3})", R"({"typical": 0})"}) {
    EXPECT_NE(ErrorOf("koboldcpp", bad), "") << bad;
  }
  EXPECT_TRUE(
      Contains(ErrorOf("koboldcpp", "{}", {.parity = true}), "--parity"));
}

}  // namespace
}  // namespace sampler::importers

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "sampler/pipeline.h"
#include "tests/importers/imports.h"

namespace sampler::importers {
namespace {

TEST(ExLlamaV2, ItsDefaults) {
  EXPECT_EQ(ChainOf("exllamav2", "{}"),
            "repetition_penalty(penalty=1.025 scope=\"both\") "
            "temperature(temperature=0.8) top_k(k=50) "
            "top_p(crossing=\"exclude\" p=0.8) categorical(order=\"rank\")");
}

TEST(ExLlamaV2, EveryStageInItsOrder) {
  EXPECT_EQ(ChainOf("exllamav2", R"({"cfg_scale": 1.5,
          "token_repetition_penalty": 1.1, "token_repetition_range": 256,
          "token_frequency_penalty": 0.1, "token_presence_penalty": 0.2,
          "disallowed_tokens": [9], "token_bias": {"4": 1},
          "dry_multiplier": 0.8, "dry_range": 128,
          "dry_sequence_breakers": [13], "smoothing_factor": 0.2,
          "temperature": 0.7, "top_k": 40, "top_p": 0.9, "top_a": 0.1,
          "min_p": 0.05, "tfs": 0.9, "typical": 0.95, "mirostat": true,
          "min_temp": 0.5, "max_temp": 1.5, "xtc_probability": 0.5,
          "xtc_ignore_tokens": [2], "skew": 0.1})"),
            "guidance(scale=1.5) "
            "repetition_penalty(penalty=1.1 scope=\"both\" window=256) "
            "frequency_penalty(penalty=0.1 scope=\"both\" window=256) "
            "presence_penalty(penalty=0.2 scope=\"both\" window=256) "
            "suppress_tokens(ids=[9]) logit_bias(bias={\"4\": 1}) "
            "dry(allowed_length=2 base=1.75 breakers=[[13]] multiplier=0.8 "
            "window=128) quadratic(factor=0.2) "
            "temperature(temperature=0.7) top_k(k=40) "
            "top_p(crossing=\"exclude\" p=0.9) top_a(a=0.1) min_p(p=0.05) "
            "tail_free(offset=1 z=0.9) typical_p(p=0.95) "
            "mirostat(eta=0.1 tau=1.5 version=2) "
            "dynamic_temperature(exponent=1.0 high=1.5 low=0.5) "
            "xtc(mode=\"expected\" probability=0.5 protect=[2] "
            "protect_rule=\"exempt\" threshold=0.1) skew(skew=0.1) "
            "categorical(order=\"rank\")");
}

TEST(ExLlamaV2, OffValuesAndTheGreedyThreshold) {
  EXPECT_EQ(ChainOf("exllamav2", R"({"token_repetition_penalty": 1.0,
                        "temperature": 1.0, "top_k": 0, "top_p": 0,
                        "tfs": 1, "typical": 1})"),
            "categorical(order=\"rank\")");
  EXPECT_EQ(ChainOf("exllamav2", R"({"token_repetition_range": 0,
                        "temperature": 0.001})"),
            "greedy");
  EXPECT_EQ(ChainOf("exllamav2", R"({"token_repetition_penalty": 1.0,
                        "temperature_last": true, "top_p": 1})"),
            "top_k(k=50) temperature(temperature=0.8) "
            "categorical(order=\"rank\")");
}

TEST(ExLlamaV2, WhatCannotBeExpressedIsSaid) {
  const Imported imported = Importing("exllamav2", R"({"dry_multiplier": 1})");
  EXPECT_TRUE(Contains(Said(imported, "dry_max_ngram"), "not expressible"));
}

// Its loop lowers the penalties after the first token beyond the range.
TEST(ExLlamaV2, PenaltiesFadeBeyondTheRange) {
  EXPECT_EQ(ChainOf("exllamav2",
                    R"({"token_repetition_penalty": 1.2, "temperature": 0,
                        "token_presence_penalty": 0.5,
                        "token_repetition_range": 64,
                        "token_repetition_decay": 32})"),
            "repetition_penalty(decay=32 fade=\"penalty\" penalty=1.2 "
            "scope=\"both\" window=65) "
            "presence_penalty(decay=32 penalty=0.5 scope=\"both\" window=65) "
            "greedy");
  EXPECT_EQ(ChainOf("exllamav2",
                    R"({"token_repetition_penalty": 1.2, "temperature": 0,
                        "token_repetition_range": 0,
                        "token_repetition_decay": 8})"),
            "repetition_penalty(decay=8 fade=\"penalty\" penalty=1.2 "
            "scope=\"both\" window=1) greedy");
  const Imported whole =
      Importing("exllamav2", R"({"token_repetition_decay": 8})");
  EXPECT_EQ(whole.report.counts.lost, 0);
  EXPECT_TRUE(Contains(Said(whole, "token_repetition_decay"), "harmless"));
}

// The row that its loop makes of a text, restated.
TEST(ExLlamaV2, FadesAsItsLoopDoes) {
  const std::vector<std::int32_t> text = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5};
  const int sustain = 2;
  const int decay = 5;
  std::vector<double> want(10, 2.0);
  double repetition = 1.5, frequency = 0.25, presence = 0.75;
  std::vector<bool> seen(10, false);
  int sustained = sustain;
  const int size = static_cast<int>(text.size());
  for (int i = size - 1; i >= size - sustain - decay; --i) {
    const auto id = static_cast<std::size_t>(text[static_cast<std::size_t>(i)]);
    if (!seen[id]) {
      want[id] = want[id] / repetition - presence;
      seen[id] = true;
    }
    want[id] -= frequency;
    if (--sustained < 0) {
      repetition += (1 - 1.5) / decay;
      frequency -= 0.25 / decay;
      presence -= 0.75 / decay;
    }
  }
  PipelineConfig config =
      Importing("exllamav2", R"({"token_repetition_penalty": 1.5,
          "token_frequency_penalty": 0.25, "token_presence_penalty": 0.75,
          "token_repetition_range": 2, "token_repetition_decay": 5,
          "temperature": 1, "top_k": 0, "top_p": 1})")
          .config;
  const auto pipeline = Pipeline::Create(config, 10);
  ASSERT_TRUE(pipeline.ok()) << pipeline.status();
  const auto sequence = pipeline->NewSequence({.seed = 1, .prompt = text});
  Workspace workspace;
  const std::vector<double> row(10, 2.0);
  const Distribution distribution =
      pipeline->Process(row, *sequence, workspace);
  distribution.ForEach([&](std::int32_t id, double logit) {
    EXPECT_NEAR(logit, want[static_cast<std::size_t>(id)], 1e-12) << id;
  });
}

TEST(ExLlamaV3, EveryStageInItsOrder) {
  EXPECT_EQ(ChainOf("exllamav3", "{}"), "gumbel_max");
  EXPECT_EQ(ChainOf("exllamav3", R"({"logit_bias": {"4": 1}, "rep_p": 1.1,
          "pres_p": 0.2, "freq_p": 0.1, "rep_sustain_range": 256,
          "temperature": 0.7, "min_p": 0.05, "top_k": 40, "top_p": 0.9,
          "xtc_probability": 0.5, "adaptive_target": 0.5})"),
            "logit_bias(bias={\"4\": 1}) "
            "repetition_penalty(penalty=1.1 scope=\"both\" window=256) "
            "presence_penalty(penalty=0.2 scope=\"both\" window=256) "
            "frequency_penalty(penalty=0.1 scope=\"both\" window=256) "
            "temperature(temperature=0.7) min_p(p=0.05) top_k(k=40) "
            "top_p(crossing=\"exclude\" p=0.9) "
            "xtc(mode=\"expected\" probability=0.5 threshold=0.1) "
            "adaptive_p(decay=0.9 target=0.5) gumbel_max");
  EXPECT_EQ(ChainOf("exllamav3", R"({"temperature": 0.7, "temp_last": true,
                                     "min_p": 0.1})"),
            "min_p(p=0.1) temperature(temperature=0.7) gumbel_max");
}

TEST(ExLlamaV3, GreedyAndWhatCannotBeExpressed) {
  EXPECT_EQ(ChainOf("exllamav3", R"({"temperature": 0})"), "greedy");
  EXPECT_EQ(ChainOf("exllamav3", R"({"top_k": 1, "min_p": 0.2})"), "greedy");
  EXPECT_TRUE(Contains(Said(Importing("exllamav3", R"({"rep_p": 1.1,
                                "rep_sustain_range": 0,
                                "rep_decay_range": 100})"),
                            "rep_decay_range"),
                       "lost"));
}

TEST(ExLlamaV3, PenaltiesFadeBeyondTheRange) {
  EXPECT_EQ(ChainOf("exllamav3", R"({"rep_p": 1.1, "freq_p": 0.25,
                "rep_sustain_range": 256, "rep_decay_range": 100})"),
            "repetition_penalty(decay=100 penalty=1.1 scope=\"both\" "
            "window=256) frequency_penalty(decay=100 penalty=0.25 "
            "scope=\"both\" window=256) gumbel_max");
  // No text is longer than the default range.
  const Imported whole =
      Importing("exllamav3", R"({"rep_p": 1.1, "rep_decay_range": 100})");
  EXPECT_EQ(Chain(whole.config),
            "repetition_penalty(penalty=1.1 scope=\"both\") gumbel_max");
  EXPECT_TRUE(Contains(Said(whole, "rep_decay_range"), "harmless"));
}

TEST(ExLlama, IsToldByTheNames) {
  EXPECT_EQ(
      Importing("exllama", R"({"rep_p": 1.1, "top_k": 5})").report.runtime,
      "exllamav3 4f8ad01");
  EXPECT_EQ(Importing("exllama", R"({"token_repetition_penalty": 1.1})")
                .report.runtime,
            "exllamav2 da07fac");
}

TEST(ExLlama, Errors) {
  for (const char* bad :
       {R"({"min_p": 2})",
        R"({"dry_multiplier": 1, "dry_sequence_breakers": [1.5]})"}) {
    EXPECT_NE(ErrorOf("exllamav2", bad), "") << bad;
  }
  EXPECT_NE(ErrorOf("exllamav3", R"({"top_p": 1.5})"), "");
  EXPECT_TRUE(
      Contains(ErrorOf("exllamav3", "{}", {.parity = true}), "--parity"));
}

}  // namespace
}  // namespace sampler::importers

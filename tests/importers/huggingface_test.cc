// generation_config.json: what stands in the file, and nothing else.

#include <gtest/gtest.h>

#include "sampler/config.h"
#include "tests/importers/imports.h"

namespace sampler::importers {
namespace {

std::string Hf(absl::string_view text, const ImportOptions& options = {}) {
  return ChainOf("huggingface", text, options);
}

TEST(HuggingFace, AFileOfLlama3) {
  const Imported imported = Importing("huggingface", R"({
      "_from_model_config": true, "bos_token_id": 128000, "do_sample": true,
      "eos_token_id": [128001, 128008, 128009], "temperature": 0.6,
      "top_p": 0.9, "transformers_version": "4.42.3"})");
  EXPECT_EQ(Chain(imported.config),
            "temperature(temperature=0.6) top_k(k=50 ties=\"keep_all\") "
            "top_p(p=0.9 tie_order=\"high_id\") categorical");
  EXPECT_TRUE(Contains(Said(imported, "top_k"), "derived, applied: top_k"));
}

TEST(HuggingFace, TheSilentTopKIsAppliedUnlessItIsLeftOut) {
  const ImportOptions without = {.runtime_defaults = false};
  EXPECT_EQ(Hf(R"({"do_sample": true})"),
            "top_k(k=50 ties=\"keep_all\") categorical");
  EXPECT_EQ(Hf(R"({"do_sample": true})", without), "categorical");
  EXPECT_EQ(Hf(R"({"do_sample": true, "top_k": 20})"),
            "top_k(k=20 ties=\"keep_all\") categorical");
  EXPECT_EQ(Hf(R"({"do_sample": true, "top_k": 0})"), "categorical");
  EXPECT_TRUE(Contains(ErrorOf("vllm", "{}", without), "--no-defaults"));
}

TEST(HuggingFace, WhatIsNotUsedIsNotJudged) {
  EXPECT_EQ(Hf(R"({"do_sample": false, "temperature": 0.0, "top_p": 7})"),
            "greedy");
}

TEST(HuggingFace, WithoutDoSampleItIsGreedy) {
  const Imported imported = Importing(
      "huggingface", R"({"temperature": 0.6, "repetition_penalty": 1.1})");
  EXPECT_EQ(Chain(imported.config),
            "repetition_penalty(penalty=1.1 scope=\"both\") greedy");
  EXPECT_EQ(Said(imported, "temperature"),
            "given, harmless: no sampling: do_sample is false");
  EXPECT_TRUE(Contains(Said(imported, "do_sample"), "default, applied"));
}

TEST(HuggingFace, EveryProcessorInItsOrder) {
  EXPECT_EQ(
      Hf(R"({"do_sample": true, "guidance_scale": 1.5,
             "sequence_bias": [[[10, 45], -2.0]],
             "encoder_repetition_penalty": 1.2, "repetition_penalty": 1.1,
             "no_repeat_ngram_size": 3, "encoder_no_repeat_ngram_size": 4,
             "bad_words_ids": [[7], [2], [8, 9]], "eos_token_id": 2,
             "min_length": 10, "min_new_tokens": 5,
             "forced_bos_token_id": 6, "forced_eos_token_id": 2,
             "max_new_tokens": 20,
             "exponential_decay_length_penalty": [15, 1.01],
             "suppress_tokens": [1, 4], "begin_suppress_tokens": [5],
             "temperature": 0.7, "top_h": 0.4, "top_k": 30, "top_p": 0.8,
             "min_p": 0.1, "typical_p": 0.9, "epsilon_cutoff": 0.0003,
             "eta_cutoff": 0.001})"),
      "guidance(scale=1.5) sequence_bias(entries=[[[10, 45], -2.0]]) "
      "encoder_repetition_penalty(penalty=1.2) "
      "repetition_penalty(penalty=1.1 scope=\"both\") no_repeat_ngram(n=3) "
      "no_repeat_ngram(n=4 scope=\"prompt\") "
      "bad_words(sequences=[[7], [8, 9]]) "
      "min_tokens(count=\"total\" n=10 stop_ids=[2]) "
      "min_tokens(count=\"output\" n=5 stop_ids=[2]) "
      "forced_tokens(at=[[0, [6]]] value=\"zero\") "
      "forced_tokens(at=[[19, [2]]] value=\"zero\") "
      "exponential_decay_length(eos_ids=[2] factor=1.01 start=15) "
      "suppress_tokens(ids=[1, 4]) suppress_tokens(ids=[5] when=\"begin\") "
      "temperature(temperature=0.7) top_h(alpha=0.4) "
      "top_k(k=30 ties=\"keep_all\") top_p(p=0.8 tie_order=\"high_id\") "
      "min_p(p=0.1) typical_p(p=0.9 ties=\"keep_all\") "
      "epsilon_cutoff(epsilon=0.0003) eta_cutoff(epsilon=0.001) categorical");
}

TEST(HuggingFace, NeutralValuesLeaveNoStage) {
  EXPECT_EQ(Hf(R"({"do_sample": true, "temperature": 1.0, "top_k": 0,
                   "top_p": 1.0, "typical_p": 1.0, "epsilon_cutoff": 0.0,
                   "eta_cutoff": 0.0, "repetition_penalty": 1.0,
                   "encoder_repetition_penalty": 1.0, "min_length": 0,
                   "no_repeat_ngram_size": 0, "bad_words_ids": null,
                   "guidance_scale": 1, "num_beams": 1})"),
            "categorical");
}

TEST(HuggingFace, Watermarks) {
  EXPECT_EQ(Hf(R"({"do_sample": true, "top_k": 0, "watermarking_config":
                   {"bias": 2.5, "greenlist_ratio": 0.25, "hashing_key": 15,
                    "seeding_scheme": "selfhash", "context_width": 2}})"),
            "kgw_watermark(context_width=2 delta=2.5 gamma=0.25 key=15 "
            "scheme=\"selfhash\") categorical");
  const Imported synthid =
      Importing("huggingface",
                R"({"do_sample": true, "top_k": 0, "watermarking_config":
          {"keys": [654, 400], "ngram_len": 5, "sampling_table_size": 65536}})");
  EXPECT_EQ(Chain(synthid.config), "synthid(keys=[654, 400] ngram_len=5)");
  EXPECT_TRUE(Contains(Said(synthid, "watermarking_config"),
                       "sampling_table_size is not used"));
  EXPECT_TRUE(Contains(Said(synthid, "watermarking_config"), "exported table"));
  EXPECT_TRUE(CheckConfig(synthid.config).empty());
  EXPECT_EQ(Hf(R"({"do_sample": true, "top_k": 0, "watermarking_config":
                   {"keys": [7], "ngram_len": 3, "context_history_size": 16,
                    "skip_first_ngram_calls": true}})"),
            "synthid(context_history=16 keys=[7] ngram_len=3 "
            "skip_first=true)");
}

TEST(HuggingFace, WhatNeedsTheEndSaysSo) {
  const Imported imported = Importing(
      "huggingface", R"({"min_new_tokens": 5, "forced_eos_token_id": 2})");
  EXPECT_EQ(Chain(imported.config), "greedy");
  EXPECT_TRUE(Contains(Said(imported, "min_new_tokens"), "--eos-ids"));
  EXPECT_TRUE(
      Contains(Said(imported, "forced_eos_token_id"), "give max_new_tokens"));
  EXPECT_EQ(Hf(R"({"min_new_tokens": 5})", {.end_ids = {9}}),
            "min_tokens(count=\"output\" n=5 stop_ids=[9]) greedy");
}

TEST(HuggingFace, Errors) {
  for (const char* bad :
       {R"({"do_sample": true, "temperature": 0.0})",
        R"({"do_sample": true, "top_k": -1})",
        R"({"do_sample": true, "top_p": 1.5})",
        R"({"do_sample": true, "typical_p": 0})",
        R"({"do_sample": true, "epsilon_cutoff": 1})",
        R"({"do_sample": true, "top_h": 0})", R"({"repetition_penalty": 0})",
        R"({"do_sample": "yes"})", R"({"bad_words_ids": [7]})",
        R"({"bad_words_ids": [[]]})", R"({"sequence_bias": [[[1]]]})",
        R"({"exponential_decay_length_penalty": [1]})",
        R"({"suppress_tokens": [-1]})"}) {
    EXPECT_NE(ErrorOf("huggingface", bad), "") << bad;
  }
  EXPECT_TRUE(Contains(ErrorOf("huggingface", "{}", {.parity = true}),
                       "--parity: cannot be had"));
}

}  // namespace
}  // namespace sampler::importers

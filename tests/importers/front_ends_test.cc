// Ollama, LM Studio, SillyTavern, LiteLLM, TabbyAPI, textgen's loaders: what
// forwards its settings to another runtime.

#include <gtest/gtest.h>

#include <string>

#include "tests/importers/imports.h"

namespace sampler::importers {
namespace {

// ---- Ollama ---------------------------------------------------------------

constexpr char kOllamaDefaults[] =
    "top_k(k=40) top_p(p=0.9) temperature(temperature=0.8) "
    "categorical(order=\"rank\")";

TEST(Ollama, ItsDefaults) {
  EXPECT_EQ(ChainOf("ollama", "{}"), kOllamaDefaults);
}

TEST(Ollama, Modelfiles) {
  const Imported imported = Importing("ollama", R"(# a comment
FROM llama3.2
PARAMETER temperature 0.5
PARAMETER top_k 20
PARAMETER stop "<|end|>"
PARAMETER repeat_last_n -1
PARAMETER repeat_penalty 1.1
SYSTEM """You say
PARAMETER top_k 1
"""
PARAMETER seed 42
)");
  EXPECT_EQ(Chain(imported.config),
            "repetition_penalty(penalty=1.1 scope=\"both\") top_k(k=20) "
            "top_p(p=0.9) temperature(temperature=0.5) "
            "categorical(order=\"rank\")");
  EXPECT_EQ(imported.config.seed, 42u);
  EXPECT_TRUE(Contains(ErrorOf("ollama", "PARAMETER temperature\n"),
                       "line 1: got \"PARAMETER temperature\""));
  EXPECT_TRUE(Contains(ErrorOf("ollama", "PARAMETER temperature hot\n"),
                       "got \"hot\", want a number"));
}

TEST(Ollama, RequestsAndOptions) {
  constexpr char kWanted[] =
      "top_k(k=5) top_p(p=0.9) temperature(temperature=0.1) "
      "categorical(order=\"rank\")";
  EXPECT_EQ(ChainOf("ollama", R"({"model": "m", "prompt": "p", "stream": false,
                    "options": {"top_k": 5, "temperature": 0.1,
                                "num_ctx": 4096, "mirostat": 2}})"),
            kWanted);
  EXPECT_EQ(ChainOf("ollama", R"({"top_k": 5, "temperature": 0.1})"), kWanted);
  EXPECT_EQ(ChainOf("ollama", R"({"modelfile": "", "parameters":
                    "top_k 5\ntemperature 0.1\nstop \"x\""})"),
            kWanted);
  const Imported imported =
      Importing("ollama", R"({"options": {"top_k": 5, "dry_multiplier": 1}})");
  EXPECT_TRUE(Contains(Said(imported, "dry_multiplier"), "unknown"));
}

// ---- LM Studio ------------------------------------------------------------

TEST(LmStudio, PresetsAndModelFiles) {
  const char* fields = R"([{"key": "llm.prediction.temperature", "value": 1},
      {"key": "llm.prediction.topKSampling", "value": 9},
      {"key": "llm.prediction.minPSampling",
       "value": {"checked": false, "value": 0.3}},
      {"key": "llm.prediction.repeatPenalty",
       "value": {"checked": true, "value": 1.2}},
      {"key": "llm.prediction.systemPrompt", "value": "x"}])";
  constexpr char kWanted[] =
      "repetition_penalty(penalty=1.2 scope=\"both\" window=64) top_k(k=9) "
      "top_p(p=0.95) categorical(order=\"rank\")";
  EXPECT_EQ(
      ChainOf("lmstudio",
              absl::StrCat("{\"operation\": {\"fields\": ", fields, "}}")),
      kWanted);
  EXPECT_EQ(ChainOf("LM Studio",
                    absl::StrCat("{\"config\": {\"operation\": {\"fields\": ",
                                 fields, "}}}")),
            kWanted);
  EXPECT_EQ(ChainOf("lmstudio", absl::StrCat("{\"fields\": ", fields, "}")),
            kWanted);
}

// ---- SillyTavern ----------------------------------------------------------

constexpr char kFrontEndPreset[] = R"({"temp": 0.9, "top_k": 20, "top_p": 1,
    "min_p": 0.05, "rep_pen": 1.1, "rep_pen_range": 512, "freq_pen": 0,
    "presence_pen": 0.2, "streaming": true, "tfs": 0.95,
    "dry_sequence_breakers": "[\"\\n\", \":\"]", "mirostat_mode": 0})";

TEST(SillyTavern, TheBackendDecides) {
  EXPECT_EQ(ChainOf("sillytavern", kFrontEndPreset, {.backend = "koboldcpp"}),
            "top_k(k=3000) "
            "repetition_penalty(penalty=1.1 scope=\"both\" window=512) "
            "presence_penalty(penalty=0.2 scope=\"both\" window=512) "
            "top_k(k=20) tail_free(z=0.95) min_p(p=0.05) "
            "temperature(temperature=0.9) categorical(order=\"rank\")");
  EXPECT_EQ(ChainOf("sillytavern", kFrontEndPreset, {.backend = "llama.cpp"}),
            "repetition_penalty(penalty=1.1 scope=\"both\" window=512) "
            "presence_penalty(penalty=0.2 scope=\"both\" window=512) "
            "top_k(k=20) min_p(p=0.05) temperature(temperature=0.9) "
            "categorical(order=\"rank\")");
  EXPECT_EQ(ChainOf("sillytavern", kFrontEndPreset, {.backend = "vllm"}),
            "repetition_penalty(penalty=1.1 scope=\"both\") "
            "presence_penalty(penalty=0.2 scope=\"output\") "
            "temperature(temperature=0.9) min_p(p=0.05) "
            "top_k(k=20 ties=\"keep_all\") categorical");
  EXPECT_TRUE(Contains(ChainOf("sillytavern", kFrontEndPreset), "tail_free"));
  EXPECT_TRUE(
      Contains(ErrorOf("sillytavern", kFrontEndPreset, {.backend = "vlm"}),
               "\"vllm\"?"));
}

TEST(SillyTavern, WhatABackendIsNotSentIsHarmless) {
  const Imported imported =
      Importing("sillytavern", kFrontEndPreset, {.backend = "vllm"});
  EXPECT_TRUE(Contains(Said(imported, "tfs"), "given, harmless"));
  EXPECT_EQ(imported.report.counts.unknown, 0);
}

// ---- The others -----------------------------------------------------------

TEST(LiteLlm, OneOfItsModels) {
  const char* list = R"({"model_list": [
      {"model_name": "a", "litellm_params": {"model": "openai/x",
       "temperature": 0.2, "api_base": "y"}},
      {"model_name": "b", "litellm_params": {"model": "vllm/z",
       "top_p": 0.5, "top_k": 7}}]})";
  EXPECT_EQ(ChainOf("litellm", list, {.section = "a"}),
            "temperature(temperature=0.2) categorical");
  const Imported other = Importing("litellm", list, {.section = "b"});
  EXPECT_EQ(Chain(other.config), "top_p(p=0.5) categorical");
  EXPECT_TRUE(Contains(Said(other, "top_k"), "given, lost"));
  EXPECT_TRUE(Contains(ErrorOf("litellm", list), "models (a, b)"));
}

TEST(TabbyApi, MinPComesAfterTopP) {
  EXPECT_EQ(ChainOf("tabbyapi",
                    R"({"temperature": 0.8, "top_k": 30, "top_p": 0.9,
                        "min_p": 0.1, "rep_pen": 1.1, "penalty_range": -1,
                        "banned_tokens": "3,x,5", "mirostat": 0,
                        "dry_sequence_breakers": "[\"\\n\"]"})"),
            "repetition_penalty(penalty=1.1 scope=\"both\") "
            "suppress_tokens(ids=[3, 5]) temperature(temperature=0.8) "
            "top_k(k=30) top_p(crossing=\"exclude\" p=0.9) min_p(p=0.1) "
            "gumbel_max");
  EXPECT_EQ(ChainOf("exllama", R"({"penalty_range": 64, "min_p": 0.1,
                                   "top_p": 0.9})"),
            "top_p(crossing=\"exclude\" p=0.9) min_p(p=0.1) gumbel_max");
  // Over as many tokens again before the range, the penalties fade.
  EXPECT_EQ(ChainOf("tabbyapi", R"({"rep_pen": 1.1, "penalty_range": 64})"),
            "repetition_penalty(decay=64 penalty=1.1 scope=\"both\" window=64) "
            "gumbel_max");
}

TEST(TextGenLoaders, LlamaCppDropsWhatIsNotListed) {
  constexpr char kBody[] =
      R"({"repetition_penalty": 1.2, "top_p": 0.5, "temperature": 0.7,
          "sampler_priority": ["temperature", "top_k"], "top_k": 40})";
  EXPECT_EQ(ChainOf("textgen", kBody),
            "top_p(p=0.5 tie_order=\"high_id\") "
            "repetition_penalty(penalty=1.2 scope=\"both\" window=1024) "
            "temperature(temperature=0.7) top_k(k=40 ties=\"keep_all\") "
            "categorical");
  EXPECT_EQ(ChainOf("textgen", kBody, {.loader = "llama.cpp"}),
            "temperature(temperature=0.7) top_k(k=40) "
            "categorical(order=\"rank\")");
  EXPECT_TRUE(Contains(ErrorOf("textgen", kBody, {.loader = "exllama"}),
                       "unknown loader"));
}

TEST(TextGenLoaders, TemperatureLast) {
  EXPECT_EQ(
      ChainOf("textgen",
              R"({"temperature": 0.7, "temperature_last": true, "top_k": 40,
                  "smoothing_factor": 0.3, "sampler_priority":
                  ["quadratic_sampling", "temperature", "top_k"]})"),
      "top_k(k=40 ties=\"keep_all\") temperature(temperature=0.7) "
      "quadratic(curve=1.0 factor=0.3) categorical");
  EXPECT_EQ(ChainOf("textgen", R"({"temperature": 0.7, "top_k": 40,
                "temperature_last": true, "sampler_priority": ["top_k"]})"),
            "top_k(k=40 ties=\"keep_all\") temperature(temperature=0.7) "
            "categorical");
}

TEST(TextGenLoaders, APresetsNameIsLost) {
  EXPECT_TRUE(Contains(
      Said(Importing("textgen", R"({"preset": "X", "top_k": 3})"), "preset"),
      "given, lost"));
}

}  // namespace
}  // namespace sampler::importers

// Requests of OpenAI, vLLM and SGLang.

#include <gtest/gtest.h>

#include "tests/importers/imports.h"

namespace sampler::importers {
namespace {

// ---- OpenAI
// -------------------------------------------------------------------

TEST(OpenAi, AChatRequest) {
  const Imported imported = Importing("openai", R"({
      "model": "m", "messages": [{"role": "user", "content": "Hi"}],
      "temperature": 0.7, "top_p": 0.9, "frequency_penalty": 0.5,
      "presence_penalty": -0.5, "logit_bias": {"50256": -100, "11": 120},
      "seed": 7, "max_tokens": 64, "n": 2, "stop": ["\n"], "stream": true,
      "logprobs": true, "top_logprobs": 5})");
  EXPECT_EQ(Chain(imported.config),
            "frequency_penalty(penalty=0.5 scope=\"output\") "
            "presence_penalty(penalty=-0.5 scope=\"output\") "
            "logit_bias(bias={\"11\": 100.0, \"50256\": -100}) "
            "temperature(temperature=0.7) top_p(p=0.9) categorical");
  EXPECT_EQ(imported.config.seed, 7u);
  EXPECT_TRUE(Contains(Said(imported, "logit_bias"), "clamped to [-100, 100]"));
  for (const char* idle : {"model", "messages", "max_tokens", "n", "stop",
                           "stream", "logprobs", "top_logprobs"}) {
    EXPECT_TRUE(Contains(Said(imported, idle), "given, harmless")) << idle;
  }
}

TEST(OpenAi, DefaultsAreNeutral) {
  EXPECT_EQ(ChainOf("openai", "{}"), "categorical");
  EXPECT_EQ(ChainOf("openai", R"({"temperature": 0})"),
            "temperature(temperature=0) categorical");
}

TEST(OpenAi, ExtensionsAreSentToTheirServer) {
  const Imported imported =
      Importing("openai", R"({"top_k": 40, "ebnf": "x"})");
  EXPECT_EQ(Chain(imported.config), "categorical");
  EXPECT_TRUE(Contains(Said(imported, "top_k"), "import it as vllm or sglang"));
  EXPECT_TRUE(Contains(Said(imported, "ebnf"), "import it as sglang"));
}

TEST(OpenAi, Errors) {
  for (const char* bad :
       {R"({"temperature": 2.1})", R"({"top_p": -0.1})",
        R"({"frequency_penalty": 3})", R"({"logit_bias": {"x": 1}})",
        R"({"logit_bias": {"1": true}})", R"({"seed": 1.5})"}) {
    EXPECT_NE(ErrorOf("openai", bad), "") << bad;
  }
  EXPECT_TRUE(
      Contains(ErrorOf("openai", "{}", {.parity = true}), "not published"));
}

// ---- vLLM
// -----------------------------------------------------------------------

std::string VllmChain(absl::string_view text,
                      const ImportOptions& options = {}) {
  return ChainOf("vllm", text, options);
}

TEST(Vllm, EveryStageInItsOrder) {
  const ListedTexts texts({"a", " a", "b", "x"});
  EXPECT_EQ(VllmChain(R"({"structured_outputs": {"json": {}},
          "allowed_token_ids": [1, 2], "bad_words": ["a"], "min_tokens": 3,
          "stop_token_ids": [5], "logit_bias": {"3": 1.5},
          "repetition_penalty": 1.1, "frequency_penalty": 0.1,
          "presence_penalty": 0.2, "trace_decode_token_ids": [4, 5],
          "temperature": 0.7, "min_p": 0.05, "top_k": 20, "top_p": 0.9})",
                      {.end_ids = {2}, .texts = &texts}),
            "mask allow_tokens(ids=[1, 2]) "
            "bad_words(scope=\"output\" sequences=[[0], [1]]) "
            "min_tokens(count=\"output\" n=3 stop_ids=[5, 2] yield=true) "
            "logit_bias(bias={\"3\": 1.5}) "
            "repetition_penalty(penalty=1.1 scope=\"both\") "
            "frequency_penalty(penalty=0.1 scope=\"output\") "
            "presence_penalty(penalty=0.2 scope=\"output\") "
            "forced_tokens(at=[[0, 4], [1, 5]]) temperature(temperature=0.7) "
            "min_p(p=0.05) top_k(k=20 ties=\"keep_all\") "
            "top_p(p=0.9 tie_order=\"high_id\") categorical");
}

TEST(Vllm, TheSpacedBadWordMustBeAsLong) {
  const ListedTexts texts({"a", " ", "b"});  // " a" takes two tokens.
  EXPECT_TRUE(Contains(VllmChain(R"({"bad_words": ["a"]})", {.texts = &texts}),
                       "sequences=[[0]])"));
}

TEST(Vllm, TemperatureThresholds) {
  const Imported greedy =
      Importing("vllm", R"({"temperature": 0.000001, "top_p": 0.5})");
  EXPECT_EQ(Chain(greedy.config), "greedy");
  EXPECT_TRUE(Contains(Said(greedy, "top_p"), "harmless: vLLM resets it"));
  EXPECT_EQ(VllmChain(R"({"temperature": 0.005})"),
            "temperature(temperature=0.01) categorical");
  EXPECT_EQ(VllmChain(R"({"temperature": 1})"), "categorical");
}

TEST(Vllm, ParityIsGumbelWithItsNoise) {
  const Imported imported =
      Importing("vllm", R"({"seed": -5, "top_k": -1})", {.parity = true});
  EXPECT_EQ(Chain(imported.config), "gumbel_max(noise=\"vllm_v2\")");
  EXPECT_EQ(imported.config.seed, static_cast<std::uint64_t>(-5));
  EXPECT_FALSE(Importing("vllm", R"({"seed": -1})").config.seed.has_value());
}

TEST(Vllm, ReadsExtraBodiesAndTextFormats) {
  EXPECT_EQ(VllmChain(R"({"extra_body": {"top_k": 5},
                          "response_format": {"type": "text"}})"),
            "top_k(k=5 ties=\"keep_all\") categorical");
  EXPECT_EQ(VllmChain(R"({"response_format": {"type": "json_object"}})"),
            "mask categorical");
  EXPECT_EQ(VllmChain(R"({"guided_choice": ["a"]})"), "mask categorical");
}

TEST(Vllm, HasNoDry) {
  const Imported imported =
      Importing("vllm", R"({"temperature": 0.5, "dry_multiplier": 0.8,
                  "dry_sequence_breakers": "[\"\\n\"]"})");
  EXPECT_EQ(Chain(imported.config), "temperature(temperature=0.5) categorical");
  EXPECT_TRUE(Contains(Said(imported, "dry_multiplier"), "given, unknown"));
}

TEST(Vllm, Errors) {
  for (const char* bad :
       {R"({"temperature": 2.5})", R"({"top_p": 0})", R"({"top_k": -2})",
        R"({"min_p": 1.1})", R"({"presence_penalty": 2.5})",
        R"({"repetition_penalty": 0})", R"({"allowed_token_ids": []})",
        R"({"min_tokens": -1})",
        R"({"stop_token_ids": [1.5], "min_tokens": 1})"}) {
    EXPECT_NE(ErrorOf("vllm", bad), "") << bad;
  }
}

// ---- SGLang
// ---------------------------------------------------------------------

std::string SgLangChain(absl::string_view text,
                        const ImportOptions& options = {}) {
  return ChainOf("sglang", text, options);
}

TEST(SgLang, EveryStageInItsOrder) {
  EXPECT_EQ(
      SgLangChain(R"({"text": "Hi", "sampling_params": {
          "frequency_penalty": 0.1, "presence_penalty": 0.2,
          "min_new_tokens": 3, "stop_token_ids": [5],
          "repetition_penalty": 1.1, "regex": "a+", "logit_bias": {"3": 200},
          "temperature": 0.7, "top_k": 20, "top_p": 0.9, "min_p": 0.05}})"),
      "frequency_penalty(penalty=0.1 scope=\"output\") "
      "presence_penalty(penalty=0.2 scope=\"output\") "
      "min_tokens(count=\"output\" n=3 stop_ids=[5]) "
      "repetition_penalty(penalty=1.1 scope=\"output\") mask "
      "logit_bias(bias={\"3\": 200}) temperature(temperature=0.7) top_k(k=20) "
      "top_p(equality=\"continue\" mass=\"original\" p=0.9) min_p(p=0.05) "
      "categorical");
}

TEST(SgLang, OffValuesAndTheGreedyThreshold) {
  EXPECT_EQ(SgLangChain(R"({"top_k": -1, "top_p": 1, "temperature": 1})"),
            "categorical");
  EXPECT_EQ(SgLangChain(R"({"top_k": 1073741824})"), "categorical");
  EXPECT_EQ(SgLangChain(R"({"temperature": 0, "top_k": 5})"), "greedy");
  EXPECT_EQ(SgLangChain(R"({"temperature": null, "min_tokens": 0})"),
            "categorical");
}

TEST(SgLang, ParityIsGumbelWithItsNoise) {
  const Imported imported = Importing("sglang", "{}", {.parity = true});
  EXPECT_EQ(Chain(imported.config), "gumbel_max(noise=\"sglang\")");
  EXPECT_EQ(imported.config.seed, 42u);
  EXPECT_EQ(Importing("sglang", R"({"seed": 9})", {.parity = true}).config.seed,
            9u);
  EXPECT_TRUE(Contains(ErrorOf("sglang", R"({"min_p": 0.1})", {.parity = true}),
                       "no parity"));
}

TEST(SgLang, Errors) {
  for (const char* bad :
       {R"({"top_k": 0})", R"({"top_k": -2})", R"({"top_p": 0})",
        R"({"repetition_penalty": 2.5})", R"({"temperature": -1})",
        R"({"regex": "a", "ebnf": "b"})", R"({"logit_bias": {"-1": 0}})"}) {
    EXPECT_NE(ErrorOf("sglang", bad), "") << bad;
  }
}

}  // namespace
}  // namespace sampler::importers

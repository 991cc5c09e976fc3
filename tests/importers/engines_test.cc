// MLX-LM, TGI, ONNX Runtime GenAI, OpenVINO GenAI, TensorRT-LLM, Aphrodite.

#include <gtest/gtest.h>

#include <string>

#include "tests/importers/imports.h"

namespace sampler::importers {
namespace {

TEST(MlxLm, TruncatesBeforeTheTemperature) {
  EXPECT_EQ(ChainOf("mlx-lm", "{}"), "greedy");
  EXPECT_EQ(ChainOf("mlx-lm", R"({"temperature": 0.7, "top_p": 0.9,
                "min_p": 0.05, "top_k": 30, "repetition_penalty": 1.1,
                "logit_bias": {"3": -2}})"),
            "logit_bias(bias={\"3\": -2}) "
            "repetition_penalty(penalty=1.1 scope=\"both\" window=20) "
            "top_p(p=0.9 tie_order=\"high_id\") min_p(p=0.05) top_k(k=30) "
            "temperature(temperature=0.7) categorical");
  EXPECT_EQ(ChainOf("mlx-lm", R"({"temp": 1.0, "top_p": 0.0,
                "repetition_penalty": 0})"),
            "categorical");
}

TEST(MlxLm, SparesSpecialTokensFromXtc) {
  const Imported imported =
      Importing("mlx-lm", R"({"temp": 1.0, "xtc_probability": 0.5,
                              "xtc_special_tokens": [13]})",
                {.end_ids = {2}});
  EXPECT_EQ(Chain(imported.config),
            "xtc(fire=\"le\" probability=0.5 protect=[13, 2] "
            "protect_rule=\"spare\" threshold=0.1) categorical");
  EXPECT_TRUE(Contains(Said(imported, "xtc_special_tokens"), "applied"));
}

TEST(Tgi, SamplesAsSoonAsAnythingIsSet) {
  EXPECT_EQ(ChainOf("tgi", R"({"inputs": "x", "parameters": {}})"), "greedy");
  const Imported imported = Importing("tgi", R"({"inputs": "x", "parameters":
                {"do_sample": false, "top_k": 5, "repetition_penalty": 1.1,
                 "watermark": true}})");
  EXPECT_EQ(Chain(imported.config),
            "repetition_penalty(penalty=1.1 scope=\"both\") "
            "top_k(k=5 ties=\"keep_all\") categorical");
  EXPECT_TRUE(Contains(Said(imported, "watermark"), "given, lost"));
  EXPECT_NE(ErrorOf("tgi", R"({"parameters": {"top_p": 1.0}})"), "");
}

TEST(OrtGenAi, ReadsTheSearch) {
  const std::string model = R"({"model": {"eos_token_id": [2, 3]}, "search": )";
  EXPECT_EQ(ChainOf("ort-genai", model + R"({"do_sample": false, "top_k": 5,
                "min_length": 4, "past_present_share_buffer": true}})"),
            "min_tokens(count=\"total\" n=4 stop_ids=[2, 3]) greedy");
  EXPECT_EQ(ChainOf("ort-genai", model + R"({"do_sample": true, "top_k": 20,
                "top_p": 0.9, "temperature": 0.7,
                "repetition_penalty": 1.1}})"),
            "repetition_penalty(penalty=1.1 scope=\"both\") top_k(k=20) "
            "temperature(temperature=0.7) top_p(p=0.9) "
            "categorical(order=\"rank\")");
  EXPECT_EQ(ChainOf("ort-genai", R"({"search": {"do_sample": true}})"),
            "top_k(k=50) categorical(order=\"rank\")");
}

// Its nucleus of no mass is the likeliest token; beside a top_k, 0 is off.
TEST(OrtGenAi, IsGreedyWhereTopKAndTopPAreZero) {
  EXPECT_EQ(
      ChainOf("ort-genai", R"({"search": {"do_sample": true, "top_k": 0,
                                          "temperature": 0.5}})"),
      "temperature(temperature=0.5) top_p(p=0.0) categorical(order=\"rank\")");
  EXPECT_EQ(ChainOf("ort-genai", R"({"search": {"do_sample": true, "top_k": 0,
                                                "top_p": 0.0}})"),
            "top_p(p=0.0) categorical(order=\"rank\")");
  EXPECT_EQ(ChainOf("ort-genai", R"({"search": {"do_sample": true, "top_k": 5,
                                                "top_p": 0.0}})"),
            "top_k(k=5) categorical(order=\"rank\")");
}

TEST(OpenVino, TopKComesFirst) {
  EXPECT_EQ(ChainOf("openvino", R"({"do_sample": true, "temperature": 0.6,
                "top_p": 0.9, "top_k": 20, "min_p": 0.1,
                "presence_penalty": 0.5, "repetition_penalty": 1.1})"),
            "repetition_penalty(penalty=1.1 scope=\"both\") "
            "presence_penalty(penalty=0.5 scope=\"output\") top_k(k=20) "
            "temperature(temperature=0.6) top_p(equality=\"continue\" p=0.9) "
            "min_p(p=0.1) categorical(order=\"rank\")");
  EXPECT_EQ(ChainOf("openvino", R"({"temperature": 0})"), "greedy");
  EXPECT_EQ(ChainOf("openvino", R"({"do_sample": true})"),
            "categorical(order=\"rank\")");
}

TEST(TensorRtLlm, NothingSetIsGreedy) {
  EXPECT_EQ(ChainOf("tensorrt-llm", "{}"), "greedy");
  EXPECT_EQ(ChainOf("trtllm", R"({"sampling_params": {"temperature": 0.7,
                "top_k": 40, "top_p": 0.9, "min_p": 0.05,
                "presence_penalty": 0.2}})"),
            "presence_penalty(penalty=0.2 scope=\"both\") "
            "temperature(temperature=0.7) min_p(p=0.05) "
            "top_k(k=40 ties=\"keep_all\") top_p(p=0.9) categorical");
  EXPECT_EQ(ChainOf("tensorrt-llm", R"({"top_p": 0.0})"), "greedy");
  EXPECT_EQ(ChainOf("tensorrt-llm", R"({"messages": []})",
                    {.server_defaults = R"({"top_k": 20, "do_sample": true})"}),
            "top_k(k=20 ties=\"keep_all\") categorical");
}

TEST(TensorRtLlm, TopPDecays) {
  EXPECT_EQ(ChainOf("tensorrt-llm", R"({"top_p": 0.9, "top_p_decay": 0.95,
                "top_p_min": 0.2, "top_p_reset_ids": 13})"),
            "top_p(decay=0.95 least=0.2 p=0.9 reset_id=13) categorical");
  EXPECT_EQ(ChainOf("tensorrt-llm", R"({"top_k": 5, "top_p_decay": 0.5,
                "top_p_reset_ids": -1})"),
            "top_k(k=5 ties=\"keep_all\") "
            "top_p(decay=0.5 least=1e-06 p=1.0) categorical");
  // There p rises to its least; here it stays.
  const Imported rising = Importing("tensorrt-llm", R"({"top_p": 0.1,
                                        "top_p_decay": 0.5, "top_p_min": 0.2})");
  EXPECT_EQ(Chain(rising.config),
            "top_p(decay=0.5 least=0.1 p=0.1) categorical");
  EXPECT_TRUE(Contains(Said(rising, "top_p_min"), "lost"));
  EXPECT_TRUE(Contains(Said(Importing("tensorrt-llm", R"({"top_p": 0.9,
                                "top_p_min": 0.2})"),
                            "top_p_min"),
                       "harmless"));
  EXPECT_NE(ErrorOf("tensorrt-llm", R"({"top_k": 5, "top_p_decay": 0})"), "");
}

TEST(Vllm, AGrammarMayEndTheTextBeforeItsLeastLength) {
  EXPECT_EQ(ChainOf("vllm", R"({"min_tokens": 8, "temperature": 0,
                "structured_outputs": {"json": {}}})",
                    {.end_ids = {2}}),
            "mask min_tokens(count=\"output\" n=8 stop_ids=[2] yield=true) "
            "greedy");
  EXPECT_EQ(ChainOf("vllm", R"({"min_tokens": 8, "temperature": 0,
                "response_format": {"type": "text"}})",
                    {.end_ids = {2}}),
            "min_tokens(count=\"output\" n=8 stop_ids=[2]) greedy");
}

TEST(Aphrodite, LimitsTheSearchOfDry) {
  EXPECT_EQ(ChainOf("aphrodite", R"({"temperature": 0, "dry_multiplier": 0.8,
                "dry_sequence_breakers": [], "dry_max_ngram": 20})"),
            "dry(allowed_length=2 base=1.75 early_exit=8 "
            "exempt_breakers=false max_ngram=21 max_occurrences=8 "
            "multiplier=0.8 rule=\"aphrodite\") greedy");
}

TEST(Aphrodite, BansTokensAlwaysAndForAWhile) {
  const Imported imported =
      Importing("aphrodite", R"({"temperature": 0, "custom_token_bans": [4],
                       "allowed_token_ids": [4, 5, 6, 7],
                       "token_ban_ranges": [[[5, 6], 0, 10], [[7], 2, 0]]})");
  EXPECT_EQ(Chain(imported.config),
            "allow_tokens(ids=[4, 5, 6, 7]) suppress_tokens(ids=[4]) "
            "suppress_tokens(ids=[5, 6]) greedy");
  EXPECT_EQ(imported.config.stages[2].when,
            Value(Value::Object{{"position", Value::List{0, 10}}}));
  for (const char* wrong :
       {R"([[5]])", R"([[5, 0, 3]])", R"([[[5], -1, 3]])", R"([7])",
        R"([[[-5], 0, 3]])", R"([[[5], 0, 9000000000000000000]])"}) {
    EXPECT_NE(ErrorOf("aphrodite",
                      absl::StrCat(R"({"token_ban_ranges": )", wrong, "}")),
              "")
        << wrong;
  }
}

TEST(Aphrodite, TheOrderIsASetting) {
  EXPECT_EQ(ChainOf("aphrodite", R"({"temperature": 0.7, "top_k": 20,
                "min_p": 0.1, "nsigma": 1.5, "epsilon_cutoff": 3})"),
            "temperature(temperature=0.7) top_n_sigma(n=1.5 sigma=\"sample\") "
            "top_k(k=20 ties=\"keep_all\") min_p(p=0.1) "
            "epsilon_cutoff(epsilon=0.00030000000000000003) categorical");
  EXPECT_EQ(ChainOf("aphrodite", R"({"temperature": 0.7, "min_p": 0.1,
                "top_k": 9, "sampler_priority": ["min_p", "temperature"]})"),
            "min_p(p=0.1) temperature(temperature=0.7) categorical");
  EXPECT_EQ(ChainOf("aphrodite", R"({"temperature": 0.7, "min_p": 0.1,
                "temperature_last": true})"),
            "min_p(p=0.1) temperature(temperature=0.7) categorical");
  EXPECT_EQ(ChainOf("aphrodite", R"({"temperature": 0, "top_k": 4})"),
            "greedy");
}

TEST(KoboldCppFaces, KnownNamesOfItsOtherFaces) {
  EXPECT_EQ(ChainOf("koboldcpp", R"({"temp": 1.15, "top_k": 0, "top_p": 1,
                "repeat_penalty": 1.1, "repetition_penalty": 1.2,
                "frequency_penalty": 0.3, "logit_bias": [],
                "banned_tokens": "", "dry_multiplier": 0,
                "dry_sequence_breakers": "[\"\\n\"]"})"),
            "top_k(k=3000) "
            "repetition_penalty(penalty=1.2 scope=\"both\" window=320) "
            "presence_penalty(penalty=0.3 scope=\"both\" window=320) "
            "temperature(temperature=1.15) categorical(order=\"rank\")");
  EXPECT_TRUE(
      Contains(ChainOf("koboldcpp", R"({"mirostat_mode": 2})"), "mirostat("));
  EXPECT_TRUE(Contains(
      ChainOf("koboldcpp", R"({"gendefaults": {"top_k": 7}, "port": 1})"),
      "top_k(k=7)"));
}

TEST(KoboldCppFaces, TheSlopeIsTwoStages) {
  const Imported imported = Importing(
      "koboldcpp", R"({"rep_pen": 1.2, "rep_pen_range": 8, "rep_pen_slope": 0.7,
                       "temperature": 1, "top_k": 0, "top_p": 1})");
  ASSERT_EQ(imported.config.stages.size(), 4u);
  const auto penalty = [&](std::size_t i) {
    return *imported.config.stages[i].parameters.at("penalty").real();
  };
  EXPECT_DOUBLE_EQ(penalty(1), 1.14);
  EXPECT_DOUBLE_EQ(penalty(2), 1.2 / 1.14);
  EXPECT_EQ(imported.config.stages[1].parameters.at("window"), Value(8));
  EXPECT_EQ(imported.config.stages[2].parameters.at("window"), Value(4));
  EXPECT_TRUE(Contains(Said(imported, "rep_pen_slope"), "given, applied"));
}

}  // namespace
}  // namespace sampler::importers

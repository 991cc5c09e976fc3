#include "sampler/importers/recognise.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace sampler::importers {
namespace {

std::string Found(absl::string_view text) {
  std::string names;
  for (const Recognition& recognition : Recognise(text)) {
    absl::StrAppend(&names, names.empty() ? "" : " ", recognition.runtime);
  }
  return names;
}

TEST(Recognise, TellsFilesByWhatOnlyTheyHave) {
  EXPECT_EQ(Found(R"({"do_sample": true, "transformers_version": "5"})"),
            "huggingface");
  EXPECT_EQ(Found(R"({"model": "m", "options": {"temperature": 1}})"),
            "ollama");
  EXPECT_EQ(Found("FROM m\nPARAMETER temperature 1\n"), "ollama");
  EXPECT_EQ(Found(R"({"operation": {"fields": []}})"), "lmstudio");
  EXPECT_EQ(Found(R"({"model": {}, "search": {"do_sample": true}})"),
            "ort-genai");
  EXPECT_EQ(Found(R"({"inputs": "x", "parameters": {}})"), "tgi");
  EXPECT_EQ(Found(R"({"temp": 1, "freq_pen": 0})"), "sillytavern");
  EXPECT_EQ(Found(R"({"sampler_priority": [], "temperature_last": true})"),
            "textgen");
  EXPECT_EQ(Found(R"({"n_predict": 5})"), "llama.cpp");
  EXPECT_EQ(Found("llama-server --temp 1"), "llama.cpp");
  EXPECT_EQ(Found("LLAMA_ARG_TOP_K=4"), "llama.cpp");
  EXPECT_EQ(Found("[m]\ntemp = 1\n"), "llama.cpp");
  EXPECT_EQ(Found(R"({"model_list": [{"litellm_params": {}}]})"), "litellm");
  EXPECT_EQ(Found(R"({"sampling_params": {"temperature": 1}})"), "sglang");
  EXPECT_EQ(Found(R"({"repetition_context_size": 5, "temp": 1})"), "mlx-lm");
}

TEST(Recognise, SeveralOrNone) {
  EXPECT_GT(Recognise(R"({"temperature": 1, "top_p": 0.5})").size(), 5u);
  EXPECT_TRUE(Recognise(R"({"zzz": 1})").empty());
  EXPECT_TRUE(Recognise("").empty());
  EXPECT_TRUE(Recognise("{").empty());
  EXPECT_TRUE(Recognise("hello there").empty());
  EXPECT_TRUE(Recognise("[]").empty());
}

}  // namespace
}  // namespace sampler::importers

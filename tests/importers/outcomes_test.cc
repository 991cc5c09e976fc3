// What became of every field: the outcomes and their counts, imports in which
// nothing was a setting, bad values, reports of hostile files.

#include <gtest/gtest.h>

#include <string>

#include "tests/importers/imports.h"

namespace sampler::importers {
namespace {

TEST(Outcomes, AreCounted) {
  const Imported imported =
      Importing("koboldcpp",
                R"({"temperature": 0.5, "top_k": 0, "top_p": 1, "quiet": true,
          "banned_strings": ["x y"], "frobnicate": 1})");
  EXPECT_EQ(imported.report.counts.lost, 1);
  EXPECT_EQ(imported.report.counts.unknown, 1);
  EXPECT_EQ(imported.report.counts.harmless, 3);  // top_k, top_p, quiet.
  OutcomeCounts counted;
  for (const ReportEntry& entry : imported.report.entries) {
    ++counted.Of(entry.outcome);
  }
  EXPECT_EQ(counted, imported.report.counts);
}

TEST(Outcomes, WhatIsLostInOnePlaceIsLost) {
  const Imported imported =
      Importing("llama.cpp", R"({"logit_bias": [["a", 1], [5, 2]]})");
  EXPECT_TRUE(Contains(Said(imported, "logit_bias"), "given, lost"));
  EXPECT_TRUE(Contains(Chain(imported.config), "logit_bias"));
}

TEST(Outcomes, ALostFieldThatAsksForNothingIsHarmless) {
  const Imported imported =
      Importing("huggingface", R"({"do_sample": true, "num_beams": 1,
                         "penalty_alpha": null, "constraints": []})");
  for (const char* field : {"num_beams", "penalty_alpha", "constraints"}) {
    EXPECT_TRUE(Contains(Said(imported, field), "given, harmless")) << field;
  }
  EXPECT_TRUE(Contains(
      Said(Importing("huggingface", R"({"do_sample": true, "num_beams": 4})"),
           "num_beams"),
      "given, lost"));
}

// Settings of other kinds: {given to, text, named in the error}.
TEST(Outcomes, NothingThatIsASettingIsAnError) {
  const std::vector<std::vector<std::string>> cases = {
      {"llama.cpp",
       R"({"model": "m", "prompt": "p", "options": {"temperature": 0.3}})",
       "ollama"},
      {"llama.cpp",
       R"({"name": "x", "operation": {"fields": [{"key":
           "llm.prediction.temperature", "value": 0.2}]}})",
       "lmstudio"},
      {"huggingface",
       R"({"model": {"eos_token_id": 2}, "search": {"do_sample": true,
           "past_present_share_buffer": true}})",
       "ort-genai"},
      {"vllm", R"({"inputs": "x", "parameters": {"temperature": 0.4}})", "tgi"},
      {"openai", R"({"sampling_params": [{"temperature": 0.8}]})", "sglang"},
      {"vllm", R"({"gendefaults": {"top_k": 3}, "model_param": "m"})",
       "koboldcpp"},
      {"vllm", R"({"frobnicate": 1, "temperatur": 2})", "none of the 2 fields"},
      {"llama.cpp", "--frobnicate 3", "none of the 1 fields"}};
  for (const auto& wrong : cases) {
    ImportReport report;
    const auto imported = Import(wrong[0], wrong[1], {}, &report);
    ASSERT_FALSE(imported.ok()) << wrong[1];
    EXPECT_TRUE(Contains(std::string(imported.status().message()), wrong[2]));
    EXPECT_GT(report.counts.unknown, 0) << wrong[1];
  }
}

TEST(Outcomes, ARequestWithoutSettingsIsNone) {
  for (const char* body :
       {"{}", R"({"messages": []})", R"({"prompt": "p", "frobnicate": 1})"}) {
    EXPECT_TRUE(Import("vllm", body).ok()) << body;
  }
  const Imported imported = Importing("vllm", R"({"messages": []})");
  EXPECT_TRUE(
      Contains(Said(imported, "(server defaults)"), "--generation-config"));
}

TEST(Outcomes, ABadValueLeavesTheReportOfTheOthers) {
  ImportReport report;
  const auto imported = Import(
      "vllm", R"({"temperature": 9, "top_k": 5, "min_p": "x"})", {}, &report);
  EXPECT_FALSE(imported.ok());
  EXPECT_EQ(report.counts.refused, 2);
  bool applied = false;
  for (const ReportEntry& entry : report.entries) {
    applied |= entry.field == "top_k" && entry.outcome == Outcome::kApplied;
  }
  EXPECT_TRUE(applied);
}

TEST(Outcomes, ReportsOfHostileFilesStaySmall) {
  std::string body = R"({"top_k": 5)";
  for (int i = 0; i < 100'000; ++i) {
    absl::StrAppend(&body, ", \"x", i, "\": ", i);
  }
  absl::StrAppend(&body, ", \"", std::string(1'000'000, 'y'), "\": 1}");
  const Imported imported = Importing("llama.cpp", body);
  EXPECT_EQ(imported.report.counts.unknown, 100'001);
  EXPECT_LT(imported.report.entries.size(), 120u);
  std::string bias = R"({"logit_bias": [)";
  for (int i = 0; i < 20'000; ++i) absl::StrAppend(&bias, "[\"w", i, "\",1],");
  bias.back() = ']';
  const std::string said =
      Said(Importing("llama.cpp", bias + "}"), "logit_bias");
  EXPECT_LT(said.size(), 2000u);
}

TEST(Outcomes, ServerDefaultsGiveWay) {
  const ImportOptions options = {
      .server_defaults = R"({"temperature": 0.1, "top_k": 1, "top_p": 0.001,
                             "repetition_penalty": 1.05, "do_sample": true})"};
  const Imported imported =
      Importing("vllm", R"({"temperature": 0.7, "top_k": null})", options);
  EXPECT_EQ(Chain(imported.config),
            "repetition_penalty(penalty=1.05 scope=\"both\") "
            "temperature(temperature=0.7) top_k(k=1 ties=\"keep_all\") "
            "top_p(p=0.001 tie_order=\"high_id\") categorical");
  EXPECT_TRUE(Contains(Said(imported, "top_k"), "default, applied"));
  EXPECT_TRUE(
      Contains(ErrorOf("openai", "{}", options), "--generation-config"));
}

TEST(Outcomes, OptionsWithoutUseAreErrors) {
  EXPECT_TRUE(
      Contains(ErrorOf("vllm", "{}", {.loader = "llama.cpp"}), "--loader"));
  EXPECT_TRUE(Contains(ErrorOf("vllm", "{}", {.backend = "x"}), "--backend"));
  EXPECT_TRUE(Contains(ErrorOf("vllm", "{}", {.section = "x"}), "--section"));
}

}  // namespace
}  // namespace sampler::importers

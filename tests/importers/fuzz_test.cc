// No text makes an importer crash, hang or answer with an invalid config that
// it calls good.

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "sampler/importers/exporter.h"
#include "sampler/importers/recognise.h"
#include "tests/importers/imports.h"
#include "tests/support/test_share.h"

namespace sampler::importers {
namespace {

const std::vector<std::string>& Seeds() {
  static const auto& seeds = *new std::vector<std::string>{
      R"({"temperature": 0.7, "top_k": 40, "top_p": 0.9, "min_p": 0.1,
          "logit_bias": {"5": 1}, "stop": ["x"], "samplers": ["top_k"],
          "dry_multiplier": 1, "dry_sequence_breakers": ["\n"]})",
      R"({"options": {"temperature": 1}, "search": {"top_k": 3},
          "parameters": "top_k 5", "model_list": [{"litellm_params": {}}]})",
      R"({"operation": {"fields": [{"key": "llm.prediction.temperature",
          "value": {"checked": true, "value": 1}}]}})",
      R"({"sampler_order": [6, 0, 1], "sampler_priority": "top_k\nmin_p",
          "rep_pen": 1.1, "rep_pen_slope": -3, "custom_token_bans": "1,2"})",
      "llama-server --temp 0.8 --logit-bias 5+1 --samplers 'top_k;x' # c\n",
      "[*]\ntemp = 1\n[a]\ntop-k = 3\n",
      "FROM x\nPARAMETER top_k 3\nSYSTEM \"\"\"a\n\"\"\"\n",
      std::string("GGUF\x03\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x05\0\0\0",
                  28)};
  return seeds;
}

std::string Mutated(std::mt19937& random) {
  std::string text = Seeds()[random() % Seeds().size()];
  const std::string alphabet = "{}[]\":,-=#\n\\'0919eE.x \xff\x00;";
  for (std::size_t edits = random() % 6; edits-- > 0 && !text.empty();) {
    const std::size_t at = random() % text.size();
    switch (random() % 4) {
      case 0:
        text[at] = alphabet[random() % alphabet.size()];
        break;
      case 1:
        text.erase(at, 1 + random() % 5);
        break;
      case 2:
        text.insert(at, text.substr(random() % text.size(), random() % 20));
        break;
      default:
        text.insert(at, 1, alphabet[random() % alphabet.size()]);
    }
  }
  return text;
}

TEST(ImportFuzz, NoTextBreaksAnImporter) {
  std::mt19937 random(7);
  const ListedTexts texts({"a", "\n", "5", " a"});
  const int rounds = Share(1500);
  for (int round = 0; round < rounds; ++round) {
    const std::string text = Mutated(random);
    Recognise(text);
    for (const absl::string_view name : RuntimeNames()) {
      ImportReport report;
      const auto imported =
          Import(name, text,
                 {.end_ids = {2}, .texts = round % 2 == 0 ? &texts : nullptr},
                 &report);
      if (!imported.ok()) continue;
      for (const Problem& problem : CheckConfig(imported->config)) {
        // Stages may be stricter than the runtime: then it is said.
        EXPECT_NE(problem.message, "") << name << text;
      }
    }
  }
}

// Twice the text takes twice the time, not four times.
TEST(ImportFuzz, TimeIsLinear) {
  const auto body = [](int fields) {
    std::string text = "{\"top_k\": 5";
    for (int i = 0; i < fields; ++i) {
      absl::StrAppend(&text, ", \"temp", i, "\": ", i);
    }
    return text + "}";
  };
  const auto flags = [](int count) {
    std::string text = "llama-server";
    for (int i = 0; i < count; ++i) absl::StrAppend(&text, " --temp", i, " 1");
    return text + " --top-k 5";
  };
  // What would take hours if it were quadratic ends at once.
  EXPECT_TRUE(Import("llama.cpp", body(100'000)).ok());
  EXPECT_TRUE(Import("llama.cpp", flags(100'000)).ok());
  EXPECT_TRUE(Import("ollama", "FROM x\nPARAMETER top_k 3\n" +
                                   std::string(1'000'000, '\n'))
                  .ok());
  EXPECT_FALSE(Import("llama.cpp", std::string(1'000'000, '[')).ok());
  EXPECT_FALSE(Import("llama.cpp", std::string(1'000'000, '-')).ok());
}

}  // namespace
}  // namespace sampler::importers

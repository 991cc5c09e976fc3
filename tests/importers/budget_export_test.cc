// Budgets of thinking as fields of llama.cpp and vLLM, and back.

#include <gtest/gtest.h>

#include <string>

#include "sampler/config.h"
#include "sampler/importers/exporter.h"
#include "sampler/importers/importer.h"
#include "tests/importers/imports.h"
#include "tests/importers/thinking_texts.h"

namespace sampler::importers {
namespace {

PipelineConfig Parsed(const std::string& phases, const std::string& stages) {
  const auto config =
      ParseConfig(absl::StrCat(R"({"version": 1, "phases": )", phases,
                               R"(, "stages": [)", stages, "]}"));
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? *config : PipelineConfig{};
}

Exported Exporting(absl::string_view engine, const PipelineConfig& config,
                   const TokenTexts* texts) {
  const auto exported = Export(engine, config, {.texts = texts});
  EXPECT_TRUE(exported.ok()) << exported.status();
  return exported.ok() ? *exported : Exported{};
}

constexpr char kThinking[] = R"({"thinking": {"begin": [[0]], "end": [[1]]}})";
constexpr char kBudget[] =
    R"({"type": "thinking_budget", "phase": "thinking", "tokens": 64,
        "close": [1]})";

TEST(BudgetExport, OfVllmIsANumber) {
  const PipelineConfig config =
      Parsed(kThinking, absl::StrCat(kBudget, R"(, {"type": "temperature",
                 "temperature": 0.5}, {"type": "categorical"})"));
  const Exported exported = Exporting("vllm", config, &ThinkingVocabulary());
  EXPECT_EQ(exported.report.lost, 0) << exported.text;
  EXPECT_TRUE(Contains(exported.text, R"("thinking_token_budget": 64)"));
  const Imported again =
      Importing("vllm", exported.text, {.texts = &ThinkingVocabulary()});
  EXPECT_EQ(again.config.phases, config.phases);
  EXPECT_EQ(Chain(again.config), Chain(config));
}

TEST(BudgetExport, OfLlamaCppHasItsTextsToo) {
  const PipelineConfig config =
      Parsed(R"({"thinking": {"begin": [[0]], "end": [[6], [1]]}})",
             R"({"type": "thinking_budget", "phase": "thinking", "tokens": 8,
                 "close": [3, 4, 6]},
                {"type": "categorical", "order": "rank"})");
  const Exported exported =
      Exporting("llama.cpp", config, &ThinkingVocabulary());
  EXPECT_EQ(exported.report.lost, 0) << exported.text;
  EXPECT_TRUE(
      Contains(exported.text, R"("reasoning_budget_message": "Time is up.")"));
  const Imported again =
      Importing("llama.cpp", exported.text, {.texts = &ThinkingVocabulary()});
  EXPECT_EQ(again.config.phases, config.phases);
  EXPECT_EQ(again.config.stages[0], config.stages[0]);
}

TEST(BudgetExport, OfACommandLineQuotesItsMessage) {
  const PipelineConfig config =
      Parsed(kThinking,
             R"({"type": "thinking_budget", "phase": "thinking", "tokens": 8,
                 "close": [3, 4, 1]},
                {"type": "categorical", "order": "rank"})");
  const Exported exported =
      Exporting("llama.cpp-flags", config, &ThinkingVocabulary());
  EXPECT_EQ(exported.report.lost, 0) << exported.text;
  EXPECT_TRUE(
      Contains(exported.text, "--reasoning-budget-message 'Time is up.'"));
  EXPECT_TRUE(Contains(exported.text, "--reasoning-budget 8"));
}

TEST(BudgetExport, IsLostWhereItCannotBeSaid) {
  const std::string draw = R"(, {"type": "categorical"})";
  // No vocabulary; other marks than vLLM's; a close that does not close; an
  // engine without budgets.
  const PipelineConfig plain = Parsed(kThinking, kBudget + draw);
  EXPECT_GT(Exporting("vllm", plain, nullptr).report.lost, 0);
  EXPECT_GT(Exporting("openai", plain, &ThinkingVocabulary()).report.lost, 0);
  const PipelineConfig done =
      Parsed(R"({"thinking": {"begin": [[0]], "end": [[6]]}})",
             R"({"type": "thinking_budget", "phase": "thinking", "tokens": 8,
                 "close": [6]})" +
                 draw);
  EXPECT_GT(Exporting("vllm", done, &ThinkingVocabulary()).report.lost, 0);
  const PipelineConfig late =
      Parsed(kThinking, R"({"type": "thinking_budget", "phase": "thinking",
                     "tokens": 8, "at": "newline", "newlines": [5],
                     "grace": 4, "close": [1]})" +
                            draw);
  EXPECT_GT(Exporting("llama.cpp", late, &ThinkingVocabulary()).report.lost, 0);
}

TEST(BudgetExport, PhasesThatNoFieldSaysAreLost) {
  const PipelineConfig config = Parsed(kThinking, R"({"type": "categorical"})");
  const Exported exported = Exporting("vllm", config, &ThinkingVocabulary());
  EXPECT_EQ(exported.report.lost, 1) << exported.text;
}

}  // namespace
}  // namespace sampler::importers

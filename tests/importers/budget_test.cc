// Budgets of thinking, as requests to llama.cpp and vLLM give them.

#include <gtest/gtest.h>

#include <string>

#include "sampler/config.h"
#include "sampler/importers/importer.h"
#include "sampler/pipeline.h"
#include "tests/importers/imports.h"
#include "tests/importers/thinking_texts.h"
#include "tests/support/pipelines.h"

namespace sampler::importers {
namespace {

// The tokens of a text in which every step draws token 2 if it may.
std::vector<TokenId> Told(const PipelineConfig& config,
                          std::vector<TokenId> prompt, int length) {
  const Pipeline pipeline = Pipeline::Create(config, 7).value();
  Sequence sequence =
      pipeline.NewSequence({.seed = 1, .prompt = std::move(prompt)}).value();
  Workspace workspace;
  std::vector<float> row(7, 0.0F);
  row[2] = 50;
  for (int i = 0; i < length; ++i) {
    EXPECT_TRUE(
        sequence.Accept(pipeline.Sample(row, sequence, workspace)).ok());
  }
  const auto output = sequence.history().output();
  return {output.begin(), output.end()};
}

TEST(BudgetTest, OfVllmClosesTheThinkingAfterItsTokens) {
  const Imported imported =
      Importing("vllm", R"({"thinking_token_budget": 3, "temperature": 0.7})",
                {.texts = &ThinkingVocabulary()});
  EXPECT_EQ(Said(imported, "thinking_token_budget").substr(0, 14),
            "given, applied");
  EXPECT_EQ(Told(imported.config, {2, 0}, 6),
            (std::vector<TokenId>{2, 2, 2, 1, 2, 2}));
  EXPECT_EQ(Told(imported.config, {2}, 5), std::vector<TokenId>(5, 2));
}

TEST(BudgetTest, OfLlamaCppSaysItsMessageFirst) {
  const Imported imported = Importing("llama.cpp", R"({
      "reasoning_budget_tokens": 2, "reasoning_budget_message": "Time is up.",
      "reasoning_budget_start_tag": "<think>",
      "reasoning_budget_end_tags": ["<done>", "</think>"]})",
                                      {.texts = &ThinkingVocabulary()});
  EXPECT_EQ(Told(imported.config, {0}, 7),
            (std::vector<TokenId>{2, 2, 3, 4, 6, 2, 2}));
  for (const char* const field :
       {"reasoning_budget_tokens", "reasoning_budget_message",
        "reasoning_budget_start_tag", "reasoning_budget_end_tags"}) {
    EXPECT_TRUE(Contains(Said(imported, field), "given, applied")) << field;
  }
}

TEST(BudgetTest, OfNothingEndsTheThinkingAtOnce) {
  for (const char* const request :
       {R"({"thinking_budget_tokens": 0})", "--reasoning-budget 0"}) {
    const Imported imported =
        Importing("llama.cpp", request, {.texts = &ThinkingVocabulary()});
    EXPECT_EQ(Told(imported.config, {0}, 3), (std::vector<TokenId>{1, 2, 2}))
        << request;
  }
}

TEST(BudgetTest, OfAnyNumberIsNone) {
  for (const auto& [runtime, request] :
       {std::pair{"vllm", R"({"thinking_token_budget": -1})"},
        std::pair{"llama.cpp", R"({"reasoning_budget_tokens": -1})"}}) {
    const Imported imported =
        Importing(runtime, request, {.texts = &ThinkingVocabulary()});
    EXPECT_TRUE(imported.config.phases.empty());
    EXPECT_FALSE(Contains(Chain(imported.config), "thinking_budget"));
  }
}

TEST(BudgetTest, WithoutAVocabularyItIsLost) {
  const Imported imported =
      Importing("vllm", R"({"thinking_token_budget": 3})");
  EXPECT_TRUE(imported.config.phases.empty());
  EXPECT_TRUE(Contains(Said(imported, "thinking_token_budget"),
                       "given, lost: not applied: text"));
  const Imported parity =
      Importing("llama.cpp", R"({"reasoning_budget_tokens": 3, "seed": 1})",
                {.parity = true, .texts = &ThinkingVocabulary()});
  EXPECT_TRUE(Contains(Said(parity, "reasoning_budget_tokens"),
                       "given, lost: the mode of"));
}

TEST(BudgetTest, TextsThatNothingSpellsAreErrors) {
  EXPECT_TRUE(Contains(ErrorOf("llama.cpp", R"({"reasoning_budget_tokens": 2,
                           "reasoning_budget_start_tag": "[THINK]"})",
                               {.texts = &ThinkingVocabulary()}),
                       "no tokens spell \"[THINK]\""));
  EXPECT_TRUE(Contains(ErrorOf("vllm", R"({"thinking_token_budget": -5})",
                               {.texts = &ThinkingVocabulary()}),
                       "thinking_token_budget"));
}

}  // namespace
}  // namespace sampler::importers

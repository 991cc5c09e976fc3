// Servers of OpenAI-shaped requests.

#include "sampler/importers/export/engine.h"

namespace sampler::importers {
namespace {

std::vector<StageFields> Joined(std::vector<StageFields> rows,
                                const std::vector<StageFields>& more) {
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

// What requests of all OpenAI-shaped servers have.
std::vector<StageFields> RequestStages() {
  return {One("frequency_penalty", "penalty", "frequency_penalty"),
          One("presence_penalty", "penalty", "presence_penalty"),
          One("temperature", "temperature", "temperature"),
          One("top_p", "p", "top_p")};
}

}  // namespace

ExportEngine OpenAiRequest() {
  return {.name = "openai",
          .importer = "openai",
          .stages = RequestStages(),
          .neutral = {{"temperature", 1.0}, {"top_p", 1.0}},
          .greedy = {{"temperature", 0}},
          .seed = "seed",
          .bias = "logit_bias"};
}

ExportEngine VllmRequest() {
  return {.name = "vllm",
          .importer = "vllm",
          .stages = Joined(
              RequestStages(),
              {One("allow_tokens", "ids", "allowed_token_ids"),
               {"bad_words", {}},
               {"forced_tokens", {}},
               {"min_tokens",
                {{"n", "min_tokens"}, {"stop_ids", "stop_token_ids"}}},
               One("repetition_penalty", "penalty", "repetition_penalty"),
               One("min_p", "p", "min_p"),
               One("top_k", "k", "top_k")}),
          // A server takes what is absent from the model's file.
          .neutral = {{"temperature", 1.0},
                      {"top_p", 1.0},
                      {"top_k", 0},
                      {"min_p", 0.0},
                      {"repetition_penalty", 1.0}},
          .greedy = {{"temperature", 0}},
          .seed = "seed",
          .bias = "logit_bias",
          .forced_ids = "trace_decode_token_ids",
          .words = "bad_words",
          .budget = {.tokens = "thinking_token_budget"}};
}

ExportEngine SgLangRequest() {
  return {.name = "sglang",
          .importer = "sglang",
          .stages = Joined(
              RequestStages(),
              {{"min_tokens",
                {{"n", "min_new_tokens"}, {"stop_ids", "stop_token_ids"}}},
               One("repetition_penalty", "penalty", "repetition_penalty"),
               One("min_p", "p", "min_p"),
               One("top_k", "k", "top_k")}),
          .neutral = {{"temperature", 1.0},
                      {"top_p", 1.0},
                      {"top_k", -1},
                      {"min_p", 0.0},
                      {"repetition_penalty", 1.0}},
          .greedy = {{"temperature", 0}},
          .seed = "sampling_seed",
          .bias = "logit_bias"};
}

}  // namespace sampler::importers

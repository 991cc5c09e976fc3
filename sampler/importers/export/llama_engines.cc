// llama.cpp, and the engines that are built on it.

#include <cstdint>

#include "sampler/importers/export/engine.h"

namespace sampler::importers {
namespace {

// A window of the whole text: -1, which says so too, is refused by llama.cpp
// since September 2026.
constexpr std::int64_t kWholeText = std::int64_t{1} << 20;

std::vector<StageFields> LlamaStages() {
  const ParameterField window = {"window", "repeat_last_n", kWholeText};
  return {
      {"repetition_penalty",
       {{"penalty", "repeat_penalty"}, window},
       "penalties"},
      {"frequency_penalty",
       {{"penalty", "frequency_penalty"}, window},
       "penalties"},
      {"presence_penalty",
       {{"penalty", "presence_penalty"}, window},
       "penalties"},
      {"dry",
       {{"multiplier", "dry_multiplier"},
        {"base", "dry_base"},
        {"allowed_length", "dry_allowed_length"},
        {"window", "dry_penalty_last_n", kWholeText}},
       "dry"},
      One("top_n_sigma", "n", "top_n_sigma", "top_n_sigma"),
      One("top_k", "k", "top_k", "top_k"),
      {"typical_p", {{"p", "typical_p"}, {"min_keep", "min_keep"}}, "typ_p"},
      {"top_p", {{"p", "top_p"}, {"min_keep", "min_keep"}}, "top_p"},
      {"min_p", {{"p", "min_p"}, {"min_keep", "min_keep"}}, "min_p"},
      {"xtc",
       {{"probability", "xtc_probability"},
        {"threshold", "xtc_threshold"},
        {"min_keep", "min_keep"}},
       "xtc"},
      One("temperature", "temperature", "temperature", "temperature"),
      {"dynamic_temperature",
       {{"exponent", "dynatemp_exponent"}},
       "temperature"},
      {"mirostat",
       {{"version", "mirostat"},
        {"tau", "mirostat_tau"},
        {"eta", "mirostat_eta"}}},
      {"adaptive_p",
       {{"target", "adaptive_target"}, {"decay", "adaptive_decay"}},
       "adaptive_p"}};
}

}  // namespace

ExportEngine LlamaServer() {
  ExportEngine engine = {.name = "llama.cpp",
                         .importer = "llama.cpp",
                         .stages = LlamaStages(),
                         .greedy = {{"temperature", 0}},
                         .order = "samplers",
                         .seed = "seed",
                         .bias = "logit_bias",
                         .bias_pairs = true,
                         .range = "dynatemp_range",
                         .budget = {.tokens = "reasoning_budget_tokens",
                                    .begin = "reasoning_budget_start_tag",
                                    .end = "reasoning_budget_end_tags",
                                    .message = "reasoning_budget_message"}};
  return engine;
}

ExportEngine LlamaFlags() {
  ExportEngine engine = LlamaServer();
  engine.name = "llama.cpp-flags";
  engine.form = ExportForm::kFlags;
  return engine;
}

ExportEngine OllamaFile() {
  const ParameterField window = {"window", "repeat_last_n", kWholeText};
  return {
      .name = "ollama",
      .importer = "ollama",
      .form = ExportForm::kModelfile,
      .stages =
          {{"repetition_penalty", {{"penalty", "repeat_penalty"}, window}},
           {"frequency_penalty", {{"penalty", "frequency_penalty"}, window}},
           {"presence_penalty", {{"penalty", "presence_penalty"}, window}},
           One("top_k", "k", "top_k"),
           One("typical_p", "p", "typical_p"),
           One("top_p", "p", "top_p"),
           One("min_p", "p", "min_p"),
           One("temperature", "temperature", "temperature")},
      .neutral = {{"temperature", 1.0}, {"top_k", 0}, {"top_p", 1.0}},
      .greedy = {{"temperature", 0}},
      .seed = "seed"};
}

ExportEngine KoboldRequest() {
  return {.name = "koboldcpp",
          .importer = "koboldcpp",
          .stages =
              {{"repetition_penalty",
                {{"penalty", "rep_pen"}, {"window", "rep_pen_range"}},
                "repetition"},
               {"presence_penalty",
                {{"penalty", "presence_penalty"}, {"window", "rep_pen_range"}},
                "repetition"},
               {"dry",
                {{"multiplier", "dry_multiplier"},
                 {"base", "dry_base"},
                 {"allowed_length", "dry_allowed_length"},
                 {"window", "dry_penalty_last_n", 0}}},
               One("top_k", "k", "top_k", "top_k"),
               One("top_a", "a", "top_a", "top_a"),
               One("top_p", "p", "top_p", "top_p"),
               One("min_p", "p", "min_p", "top_p"),
               One("tail_free", "z", "tfs", "tfs"),
               One("typical_p", "p", "typical", "typical"),
               One("temperature", "temperature", "temperature", "temperature"),
               {"dynamic_temperature",
                {{"exponent", "dynatemp_exponent"}},
                "temperature"},
               {"quadratic",
                {{"factor", "smoothing_factor"}, {"curve", "smoothing_curve"}},
                "temperature"},
               One("top_n_sigma", "n", "nsigma", "temperature"),
               {"mirostat",
                {{"version", "mirostat"},
                 {"tau", "mirostat_tau"},
                 {"eta", "mirostat_eta"}}},
               {"xtc",
                {{"probability", "xtc_probability"},
                 {"threshold", "xtc_threshold"}}},
               {"adaptive_p",
                {{"target", "adaptive_target"}, {"decay", "adaptive_decay"}}},
               One("guidance", "scale", "guidance_scale")},
          // Two steps hold several stages.
          .neutral = {{"temperature", 1.0}, {"top_p", 1.0}},
          .greedy = {{"temperature", 0}},
          .order = "sampler_order",
          .steps_by_number = {"top_k", "top_a", "top_p", "tfs", "typical",
                              "temperature", "repetition"},
          .seed = "sampler_seed",
          .bias = "logit_bias",
          .range = "dynatemp_range",
          .own = {"top_k", {{"k", 3000}}}};
}

}  // namespace sampler::importers

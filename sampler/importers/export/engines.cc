#include "sampler/importers/export/engine.h"

namespace sampler::importers {
namespace {

// ---- Rows that engines share ----------------------------------------------

StageFields One(absl::string_view stage, absl::string_view parameter,
                absl::string_view field, absl::string_view step = {}) {
  return {stage, {{parameter, field}}, step};
}

std::vector<StageFields> Joined(std::vector<StageFields> rows,
                                const std::vector<StageFields>& more) {
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

std::vector<StageFields> LlamaStages() {
  const ParameterField window = {"window", "repeat_last_n", -1};
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
        {"window", "dry_penalty_last_n", -1}},
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

ExportEngine LlamaServer() {
  ExportEngine engine = {.name = "llama.cpp",
                         .importer = "llama.cpp",
                         .stages = LlamaStages(),
                         .greedy = {{"temperature", 0}},
                         .order = "samplers",
                         .seed = "seed",
                         .bias = "logit_bias",
                         .bias_pairs = true,
                         .range = "dynatemp_range"};
  return engine;
}

ExportEngine LlamaFlags() {
  ExportEngine engine = LlamaServer();
  engine.name = "llama.cpp-flags";
  engine.form = ExportForm::kFlags;
  return engine;
}

ExportEngine OllamaFile() {
  const ParameterField window = {"window", "repeat_last_n", -1};
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

ExportEngine GenerationConfig() {
  return {.name = "huggingface",
          .importer = "huggingface",
          .stages = {{"sequence_bias", {{"entries", "sequence_bias"}}},
                     One("encoder_repetition_penalty", "penalty",
                         "encoder_repetition_penalty"),
                     One("repetition_penalty", "penalty", "repetition_penalty"),
                     One("no_repeat_ngram", "n", "no_repeat_ngram_size"),
                     One("bad_words", "sequences", "bad_words_ids"),
                     {"min_tokens",
                      {{"n", "min_new_tokens"}, {"stop_ids", "eos_token_id"}}},
                     One("suppress_tokens", "ids", "suppress_tokens"),
                     One("guidance", "scale", "guidance_scale"),
                     One("temperature", "temperature", "temperature"),
                     One("top_h", "alpha", "top_h"),
                     One("top_k", "k", "top_k"),
                     One("top_p", "p", "top_p"),
                     One("min_p", "p", "min_p"),
                     One("typical_p", "p", "typical_p"),
                     One("epsilon_cutoff", "epsilon", "epsilon_cutoff"),
                     One("eta_cutoff", "epsilon", "eta_cutoff")},
          .sampling = {{"do_sample", true}, {"top_k", 0}},
          .greedy = {{"do_sample", false}}};
}

// What requests of all OpenAI-shaped servers have.
std::vector<StageFields> RequestStages() {
  return {One("frequency_penalty", "penalty", "frequency_penalty"),
          One("presence_penalty", "penalty", "presence_penalty"),
          One("temperature", "temperature", "temperature"),
          One("top_p", "p", "top_p")};
}

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
          .bias = "logit_bias"};
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

ExportEngine TextGenRequest() {
  const ParameterField window = {"window", "repetition_penalty_range", 0};
  return {.name = "textgen",
          .importer = "textgen",
          .stages =
              {{"repetition_penalty",
                {{"penalty", "repetition_penalty"}, window},
                "repetition_penalty"},
               {"presence_penalty",
                {{"penalty", "presence_penalty"}, window},
                "presence_penalty"},
               {"frequency_penalty",
                {{"penalty", "frequency_penalty"}, window},
                "frequency_penalty"},
               {"dry",
                {{"multiplier", "dry_multiplier"},
                 {"base", "dry_base"},
                 {"allowed_length", "dry_allowed_length"},
                 window},
                "dry"},
               One("top_n_sigma", "n", "top_n_sigma", "top_n_sigma"),
               One("temperature", "temperature", "temperature", "temperature"),
               {"dynamic_temperature",
                {{"low", "dynatemp_low"},
                 {"high", "dynatemp_high"},
                 {"exponent", "dynatemp_exponent"}},
                "dynamic_temperature"},
               {"quadratic",
                {{"factor", "smoothing_factor"}, {"curve", "smoothing_curve"}},
                "quadratic_sampling"},
               One("top_k", "k", "top_k", "top_k"),
               One("top_p", "p", "top_p", "top_p"),
               One("typical_p", "p", "typical_p", "typical_p"),
               {"epsilon_cutoff",
                {{"epsilon", "epsilon_cutoff"}},
                "epsilon_cutoff",
                1e-4},
               {"eta_cutoff", {{"epsilon", "eta_cutoff"}}, "eta_cutoff", 1e-4},
               One("tail_free", "z", "tfs", "tfs"),
               One("top_a", "a", "top_a", "top_a"),
               One("min_p", "p", "min_p", "min_p"),
               {"mirostat",
                {{"version", "mirostat_mode"},
                 {"tau", "mirostat_tau"},
                 {"eta", "mirostat_eta"}},
                "mirostat"},
               {"adaptive_p",
                {{"target", "adaptive_target"}, {"decay", "adaptive_decay"}},
                "adaptive_p"},
               {"xtc",
                {{"probability", "xtc_probability"},
                 {"threshold", "xtc_threshold"}},
                "xtc"},
               One("encoder_repetition_penalty", "penalty",
                   "encoder_repetition_penalty", "encoder_repetition_penalty"),
               One("no_repeat_ngram", "n", "no_repeat_ngram_size",
                   "no_repeat_ngram"),
               One("guidance", "scale", "guidance_scale")},
          .greedy = {{"do_sample", false}},
          .order = "sampler_priority",
          .seed = "seed",
          .bias = "logit_bias"};
}

}  // namespace

const std::vector<ExportEngine>& ExportEngineTable() {
  static const auto& engines = *new std::vector<ExportEngine>{
      LlamaServer(),      LlamaFlags(),    OllamaFile(),
      GenerationConfig(), OpenAiRequest(), VllmRequest(),
      SgLangRequest(),    KoboldRequest(), TextGenRequest()};
  return engines;
}

}  // namespace sampler::importers

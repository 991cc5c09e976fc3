// exllamav3 (2026-08): the arguments of its ComboSampler, as JSON.

#include "sampler/importers/runtimes/exllamav3.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "sampler/config.h"
#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/steps.h"

namespace sampler::importers {
namespace exllamav3 {
namespace {

using enum FieldKind;

// The default range, which no text reaches.
constexpr std::int64_t kWholeText = 100'000'000;

FieldTable Fields() {
  const FieldTable sampling = {
      {"logit_bias", kMap, {}, {}, "logit_bias"},
      {"rep_p",
       kReal,
       1.0,
       Above(0),
       "repetition_penalty, scope both",
       {"repetition_penalty"}},
      {"freq_p",
       kReal,
       0.0,
       kFinite,
       "frequency_penalty, scope both",
       {"frequency_penalty"}},
      {"pres_p",
       kReal,
       0.0,
       kFinite,
       "presence_penalty, scope both",
       {"presence_penalty"}},
      {"rep_sustain_range",
       kInteger,
       kWholeText,
       AtLeast(0),
       "window of the penalties",
       {"penalty_range"}},
      {"rep_decay_range", kInteger, 0, AtLeast(0),
       "decay of the penalties, beyond their window"},
      {"temperature", kReal, 1.0, AtLeast(0), "temperature; 0 is greedy"},
      {"temp_last",
       kBoolean,
       false,
       {},
       "temperature after the truncations",
       {"temperature_last"}},
      {"min_p", kReal, 0.0, Between(0, 1), "min_p, before top_k and top_p"},
      {"top_k", kInteger, 0, AtLeast(0), "top_k; 0 is off, 1 is greedy"},
      {"top_p", kReal, 1.0, Between(0, 1), "top_p, crossing exclude"},
      {"xtc_probability", kReal, 0.0, Between(0, 1),
       "xtc, mode expected (a step of its own in exllamav3)"},
      {"xtc_threshold", kReal, 0.1, Between(0, 1), "xtc; above 0.5 off"},
      {"adaptive_target", kReal, 1.0, Between(0, 1), "adaptive_p; 1 is off"},
      {"adaptive_decay", kReal, 0.9, Between(0, 0.99), "adaptive_p"},
      {"seed", kInteger, {}, kFinite, "seed"}};
  return Join(
      {sampling,
       Lost("filters and grammars are the caller's: their bitmask goes "
            "to a mask stage",
            {"filters"}),
       Idle("how a filter is used, not what it is", {"filter_prefer_eos"}),
       Idle(
           "exllamav3 has no such step: its callers drop it",
           {"dry_multiplier", "dry_base", "dry_allowed_length", "dry_range",
            "dry_sequence_breakers", "top_a", "tfs", "typical", "mirostat_mode",
            "mirostat_tau", "mirostat_eta", "smoothing_factor", "skew"}),
       Idle("what is reported, not what is drawn",
            {"return_probs", "return_top_tokens", "return_logits"}),
       Idle("where the text ends is the caller's loop, not the "
            "sampler's",
            {"stop_conditions"}),
       RequestFields(), EndFields(), AnswerFields()});
}

void AddPenalties(Draft& draft) {
  Scope scope = {.window_field = "rep_sustain_range"};
  const std::int64_t range = draft.Integer("rep_sustain_range");
  const std::int64_t decay = draft.Integer("rep_decay_range");
  if (range == 0) {
    if (decay > 0) {
      draft.Lost("rep_decay_range",
                 "a penalty that fades from the last token on has no stage");
    }
    return;
  }
  if (range < kWholeText) {
    scope.window = range;
    scope.decay = decay;
    scope.decay_field = "rep_decay_range";
  }
  AddPenalty(draft, "rep_p", "repetition_penalty", scope);
  AddPenalty(draft, "pres_p", "presence_penalty", scope);
  AddPenalty(draft, "freq_p", "frequency_penalty", scope);
}

void AddTemperature(Draft& draft) {
  AddNumber(draft, "temperature", Off::kExactlyOne, "temperature",
            "temperature");
}

void AddSampled(Draft& draft) {
  const bool last = draft.Boolean("temp_last");
  if (!last) AddTemperature(draft);
  AddNumber(draft, "min_p", Off::kZeroOrLess, "min_p", "p");
  AddNumber(draft, "top_k", Off::kZeroOrLess, "top_k", "k");
  AddNumber(draft, "top_p", Off::kOneOrMore, "top_p", "p",
            {{"crossing", "exclude"}});
  AddXtc(draft, {{"mode", "expected"}});
  if (last) {
    AddTemperature(draft);
    draft.Applied("temp_last", "temperature after the truncations");
  }
  AddAdaptiveP(draft, draft.Real("adaptive_target") >= 1);
  AddExLlamaV3Draw(draft);
}

void Build(Draft& draft) {
  RefuseParity(draft, "exllamav3 seeds its noise with Python's generator");
  AddBiasMap(draft, "logit_bias");
  AddPenalties(draft);
  const bool zero = draft.Real("temperature") == 0;
  if (zero || draft.Integer("top_k") == 1) {
    draft.Add({"greedy", {}}, {zero ? "temperature" : "top_k"});
    draft.HarmlessIfUnsaid({{"temperature", "temp_last", "min_p", "top_k",
                             "top_p", "xtc_probability", "xtc_threshold",
                             "adaptive_target", "adaptive_decay"}},
                           "greedy: temperature is 0 or top_k is 1");
  } else {
    AddSampled(draft);
  }
  ReadSeed(draft, "seed", /*random=*/false, /*same_numbers=*/false);
}

}  // namespace
}  // namespace exllamav3

void AddExLlamaV3Draw(Draft& draft) {
  const StageConfig draw = {"gumbel_max", {}};
  draft.Derive("(draw)",
               absl::StrCat(StageText(draw), ": Gumbel noise in exllamav3"));
  draft.config().stages.push_back(draw);
}

const Runtime& ExLlamaV3() {
  static const auto& runtime =
      *new Runtime{.name = "exllamav3",
                   .version = "exllamav3 4f8ad01",
                   .order =
                       "logit_bias, repetition, presence, frequency penalty, "
                       "temperature, min_p, top_k, top_p, draw",
                   .fields = exllamav3::Fields(),
                   .build = exllamav3::Build,
                   .leniency = {.texts = true, .empty_lists = true},
                   .marks = {"rep_p", "freq_p", "pres_p", "rep_sustain_range",
                             "rep_decay_range", "temp_last"}};
  return runtime;
}

}  // namespace sampler::importers

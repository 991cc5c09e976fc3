// TabbyAPI (2026) with its exllamav3 backend: bodies of its requests.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "sampler/candidate.h"
#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/runtimes/exllamav3.h"
#include "sampler/importers/steps.h"

namespace sampler::importers {
namespace tabbyapi {
namespace {

using enum FieldKind;

FieldTable Fields() {
  const FieldTable sampling = {
      {"logit_bias", kMap, {}, {}, "logit_bias"},
      {"repetition_penalty",
       kReal,
       1.0,
       Above(0),
       "repetition_penalty, scope both",
       {"rep_pen"}},
      {"presence_penalty", kReal, 0.0, AtLeast(0),
       "presence_penalty, scope both"},
      {"frequency_penalty", kReal, 0.0, AtLeast(0),
       "frequency_penalty, scope both"},
      {"penalty_range",
       kInteger,
       -1,
       kFinite,
       "window of the penalties, and decay over as many tokens; below 0 it is "
       "all",
       {"repetition_range", "repetition_penalty_range", "rep_pen_range"}},
      {"banned_tokens",
       kAny,
       {},
       {},
       "suppress_tokens: ids, or text with commas between",
       {"custom_token_bans"}},
      {"allowed_tokens",
       kAny,
       {},
       {},
       "allow_tokens: ids, or text with commas between",
       {"allowed_token_ids"}},
      {"ban_eos_token",
       kBoolean,
       false,
       {},
       "suppress_tokens of the end ids",
       {"ignore_eos"}},
      {"min_tokens", kInteger, 0, AtLeast(0), "min_tokens", {"min_length"}},
      {"temperature", kReal, 1.0, Between(0, 10), "temperature; 0 is greedy"},
      {"temperature_last",
       kBoolean,
       false,
       {},
       "temperature after the truncations"},
      {"top_k", kInteger, 0, AtLeast(0), "top_k; 0 is off, 1 is greedy"},
      {"top_p", kReal, 1.0, Between(0, 1), "top_p, crossing exclude"},
      {"min_p", kReal, 0.0, Between(0, 1), "min_p, after top_p"},
      {"xtc_probability", kReal, 0.0, Between(0, 1), "xtc, mode expected"},
      {"xtc_threshold", kReal, 0.1, Between(0, 1), "xtc; above 0.5 off"},
      {"adaptive_target", kReal, 1.0, Between(0, 1),
       "adaptive_p; 1 and 0 are off"},
      {"adaptive_decay", kReal, 0.9, Between(0, 0.99).WhenUsed(), "adaptive_p"},
      {"seed", kInteger, {}, kFinite, "seed"}};
  return Join(
      {sampling,
       Idle("the exllamav3 backend has no such step", {"smoothing_factor",
                                                       "top_a",
                                                       "tfs",
                                                       "typical",
                                                       "typical_p",
                                                       "skew",
                                                       "mirostat",
                                                       "mirostat_mode",
                                                       "mirostat_tau",
                                                       "mirostat_eta",
                                                       "dry_multiplier",
                                                       "dry_base",
                                                       "dry_allowed_length",
                                                       "dry_range",
                                                       "dry_penalty_last_n",
                                                       "dry_sequence_breakers",
                                                       "repetition_decay",
                                                       "max_temp",
                                                       "min_temp",
                                                       "temp_exponent",
                                                       "dynatemp_low",
                                                       "dynatemp_high",
                                                       "dynatemp_exponent",
                                                       "token_healing",
                                                       "speculative_ngram"}),
       Lost("guidance needs a second row of logits, of a negative prompt",
            {"cfg_scale", "guidance_scale"}, 1.0),
       Lost("phrases are banned by going back over the text: the caller's loop",
            {"banned_strings"}),
       Lost("the grammar's bitmask goes to a mask stage",
            {"json_schema", "regex_pattern", "grammar_string"}),
       Lost("the grammar's bitmask goes to a mask stage", {"response_format"},
            Value::Object{{"type", "text"}}),
       Idle("where the text ends is the caller's loop, not the sampler's",
            {"max_length", "generate_window", "stop_sequence"}),
       Idle("not a sampling setting",
            {"add_bos_token", "negative_prompt", "template_vars",
             "response_prefix", "disable_request_streaming"}),
       RequestFields(), EndFields(), AnswerFields()});
}

// Ids in a list, or in a text with commas between (what is no number there is
// skipped, as the server does).
TokenIds ReadIdsOrText(Draft& draft, absl::string_view field) {
  const Value& value = draft.Get(field);
  if (value.text() == nullptr) return ReadIds(draft, field);
  TokenIds ids;
  for (const absl::string_view word :
       absl::StrSplit(*value.text(), ',', absl::SkipWhitespace())) {
    TokenId id = 0;
    if (absl::SimpleAtoi(word, &id) && id >= 0) ids.push_back(id);
  }
  return ids;
}

void AddPenalties(Draft& draft) {
  const std::int64_t range = draft.Integer("penalty_range");
  Scope scope = {.window_field = "penalty_range"};
  if (range == 0) return;
  if (range > 0) {
    // The penalties fade over as many tokens again.
    scope.window = range;
    scope.decay = range;
    scope.decay_field = "penalty_range";
  }
  AddPenalty(draft, "repetition_penalty", "repetition_penalty", scope);
  AddPenalty(draft, "presence_penalty", "presence_penalty", scope);
  AddPenalty(draft, "frequency_penalty", "frequency_penalty", scope);
}

void AddSampled(Draft& draft) {
  const bool last = draft.Boolean("temperature_last");
  const auto temperature = [&] {
    AddNumber(draft, "temperature", Off::kExactlyOne, "temperature",
              "temperature");
  };
  if (!last) temperature();
  AddNumber(draft, "top_k", Off::kZeroOrLess, "top_k", "k");
  AddNumber(draft, "top_p", Off::kOneOrMore, "top_p", "p",
            {{"crossing", "exclude"}});
  AddNumber(draft, "min_p", Off::kZeroOrLess, "min_p", "p");
  if (last) {
    temperature();
    draft.Applied("temperature_last", "temperature after the truncations");
  }
  AddXtc(draft, {{"mode", "expected"}});
  AddAdaptiveP(draft, IsOff(Off::kEnds, draft.Real("adaptive_target")));
  AddExLlamaV3Draw(draft);
}

void Build(Draft& draft) {
  RefuseParity(draft, "exllamav3 seeds its noise with Python's generator");
  AddBiasMap(draft, "logit_bias");
  AddPenalties(draft);
  AddBan(draft, "banned_tokens", ReadIdsOrText(draft, "banned_tokens"));
  const TokenIds allowed = ReadIdsOrText(draft, "allowed_tokens");
  if (!allowed.empty()) {
    draft.Add({"allow_tokens", {{"ids", ToValue(allowed)}}},
              {"allowed_tokens"});
  }
  AddEndBan(draft, "ban_eos_token");
  AddMinTokens(draft, "min_tokens", {}, "output");
  const bool zero = draft.Real("temperature") == 0;
  if (zero || draft.Integer("top_k") == 1) {
    draft.Add({"greedy", {}}, {zero ? "temperature" : "top_k"});
    draft.HarmlessIfUnsaid(
        {{"temperature", "temperature_last", "top_k", "top_p", "min_p",
          "xtc_probability", "xtc_threshold", "adaptive_target",
          "adaptive_decay"}},
        "greedy: temperature is 0 or top_k is 1");
  } else {
    AddSampled(draft);
  }
  ReadSeed(draft, "seed", /*random=*/false, /*same_numbers=*/false);
}

// The files of its sampler_overrides: temperature: {override: 0.9, force:
// true}.
const Runtime* ReadOverrides(const ImportOptions&,
                             std::vector<Setting>& settings,
                             std::vector<Problem>&) {
  for (Setting& setting : settings) {
    const Value::Object* const given = setting.value.object();
    if (given == nullptr || given->count("override") == 0) continue;
    const Value sent = given->at("override");
    setting.pointer += "/override";
    setting.value = sent;
  }
  return &TabbyApi();
}

}  // namespace
}  // namespace tabbyapi

const Runtime& TabbyApi() {
  static const auto& runtime = *new Runtime{
      .name = "tabbyapi",
      .version = "TabbyAPI with exllamav3 (2026)",
      .order =
          "logit_bias, repetition, presence, frequency penalty, bans, "
          "temperature, top_k, top_p, min_p, xtc, adaptive_p, draw",
      .fields = tabbyapi::Fields(),
      .containers = {"extra_body", "body"},
      .build = tabbyapi::Build,
      .leniency = {.texts = true, .empty_lists = true},
      .marks = {"penalty_range", "repetition_range", "repetition_decay",
                "generate_window", "regex_pattern", "cfg_scale",
                "token_healing", "dry_range", "template_vars",
                "temperature/override", "top_p/override", "top_k/override",
                "min_p/override", "repetition_penalty/override"},
      .translate = tabbyapi::ReadOverrides};
  return runtime;
}

}  // namespace sampler::importers

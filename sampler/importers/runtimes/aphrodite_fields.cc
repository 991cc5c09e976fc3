// Aphrodite's settings: fields of requests and of its SamplingParams.

#include <string>

#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"

namespace sampler::importers {
namespace {

using enum FieldKind;

constexpr absl::string_view kOrder[] = {
    "dry",        "penalties",   "no_repeat_ngram", "temperature",
    "top_nsigma", "top_p_top_k", "top_a",           "min_p",
    "tfs",        "eta_cutoff",  "epsilon_cutoff",  "typical_p",
    "quadratic",  "xtc"};

}  // namespace

FieldTable AphroditeFields() {
  Value::List order;
  for (const absl::string_view name : kOrder) {
    order.emplace_back(std::string(name));
  }
  const Value breakers = Value::List{"\n", ":", "\"", "*"};
  constexpr Range kNucleus = {.low = 0, .high = 1, .low_open = true};
  const FieldTable edits = {
      {"sampler_priority",
       kList,
       order,
       {},
       "the order of the stages: names; absent ones are not run",
       {"sampler_order"}},
      {"temperature_last",
       kBoolean,
       false,
       {},
       "temperature after the truncations"},
      {"logit_bias", kMap, {}, {}, "logit_bias"},
      {"min_tokens", kInteger, 0, AtLeast(0), "min_tokens"},
      {"stop_token_ids", kList, {}, {}, "stop ids of min_tokens"},
      {"dry_multiplier", kReal, 0.0, AtLeast(0), "dry"},
      {"dry_base", kReal, 1.75, AtLeast(1).WhenUsed(), "dry"},
      {"dry_allowed_length", kInteger, 2, AtLeast(1).WhenUsed(), "dry"},
      {"dry_range",
       kInteger,
       0,
       AtLeast(0),
       "window of dry; 0 is all",
       {"dry_penalty_last_n"}},
      {"dry_sequence_breakers", kList, breakers, kFinite.WhenUsed(),
       "breakers of dry"},
      {"dry_max_ngram", kInteger, 12, AtLeast(1).WhenUsed(),
       "max_ngram of dry, less one"},
      {"dry_max_occurrences", kInteger, 8, AtLeast(1).WhenUsed(),
       "max_occurrences of dry"},
      {"dry_early_exit_match_len", kInteger, 8, AtLeast(1).WhenUsed(),
       "early_exit of dry"},
      {"custom_token_bans", kList, {}, {}, "suppress_tokens"},
      {"token_ban_ranges",
       kList,
       {},
       {},
       "suppress_tokens at some positions: [ids, first, how many]"},
      {"allowed_token_ids", kList, {}, {}, "allow_tokens"},
      {"repetition_penalty", kReal, 1.0, Above(0),
       "repetition_penalty, scope both"}};
  const FieldTable shapes = {
      {"no_repeat_ngram_size", kInteger, 0, AtLeast(0), "no_repeat_ngram"},
      {"temperature", kReal, 1.0, AtLeast(0), "temperature; 0 is greedy"},
      {"dynatemp_min", kReal, 0.0, AtLeast(0), "dynamic_temperature"},
      {"dynatemp_max", kReal, 0.0, AtLeast(0), "dynamic_temperature; 0 is off"},
      {"dynatemp_exponent", kReal, 1.0, AtLeast(0).WhenUsed(),
       "dynamic_temperature"},
      {"nsigma", kReal, 0.0, kFinite, "top_n_sigma; 0 is off"},
      {"top_p", kReal, 1.0, kNucleus, "top_p, tie_order high_id"},
      {"top_k", kInteger, -1, AtLeast(-1),
       "top_k, ties keep_all; 0 and -1 are off"},
      {"top_a", kReal, 0.0, Between(0, 1), "top_a"},
      {"min_p", kReal, 0.0, Between(0, 1), "min_p"},
      {"tfs", kReal, 1.0, kNucleus, "tail_free, offset 1"},
      {"eta_cutoff", kReal, 0.0, AtLeast(0),
       "eta_cutoff of the ten-thousandth part"},
      {"epsilon_cutoff", kReal, 0.0, AtLeast(0),
       "epsilon_cutoff of the ten-thousandth part"},
      {"typical_p", kReal, 1.0, kNucleus, "typical_p, ties keep_all"},
      {"smoothing_factor", kReal, 0.0, AtLeast(0), "quadratic"},
      {"smoothing_curve", kReal, 1.0, AtLeast(1), "quadratic"},
      {"xtc_threshold", kReal, 0.1, AtLeast(0), "xtc; above 0.5 it is off"},
      {"xtc_probability", kReal, 0.0, Between(0, 1), "xtc"},
      {"seed", kInteger, {}, kFinite, "seed"}};
  return Join(
      {edits, OutputPenaltyFields(), shapes,
       Lost("a step that this importer has no order for",
            {"mirostat_mode", "skew", "deterministic"}),
       Idle("a setting of mirostat alone", {"mirostat_tau", "mirostat_eta"}),
       Lost("texts, which its tokenizer spells",
            {"bad_words", "banned_strings"}),
       Lost("the grammar's bitmask goes to a mask stage",
            {"guided_json", "guided_regex", "guided_choice", "guided_grammar",
             "structured_outputs", "grammar"}),
       Lost("the grammar's bitmask goes to a mask stage", {"response_format"},
            Value::Object{{"type", "text"}}),
       Lost("a processor of the caller's: register a stage of your own",
            {"logits_processors", "extra_args"}),
       Idle("where the text ends is the caller's loop, not the sampler's",
            {"ignore_eos"}),
       RequestFields(), EndFields(), AnswerFields()});
}

}  // namespace sampler::importers

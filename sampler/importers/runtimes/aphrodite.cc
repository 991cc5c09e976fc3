// Aphrodite (2026): requests of its OpenAI-shaped server, SamplingParams.
//
// What it shares with vLLM works as there. The order after the edits is a
// setting; temperature comes before the truncations unless temperature_last.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/steps.h"
#include "sampler/parameters/spelling.h"

namespace sampler::importers {
namespace {

using enum FieldKind;

// epsilon_cutoff and eta_cutoff count ten-thousandths.
constexpr double kCutoffUnit = 1e-4;

constexpr absl::string_view kOrder[] = {
    "dry",        "penalties",   "no_repeat_ngram", "temperature",
    "top_nsigma", "top_p_top_k", "top_a",           "min_p",
    "tfs",        "eta_cutoff",  "epsilon_cutoff",  "typical_p",
    "quadratic",  "xtc"};

FieldTable Fields() {
  Value::List order;
  for (const absl::string_view name : kOrder) {
    order.emplace_back(std::string(name));
  }
  const Value breakers = Value::List{"\n", ":", "\"", "*"};
  constexpr Range kNucleus = {.low = 0, .high = 1, .low_open = true};
  const FieldTable sampling = {
      {"sampler_priority",
       kList,
       order,
       {},
       "the order of the stages: names; absent ones are not run"},
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
      {"dry_range", kInteger, 0, AtLeast(0), "window of dry; 0 is all"},
      {"dry_sequence_breakers", kList, breakers, kFinite.WhenUsed(),
       "breakers of dry"},
      {"repetition_penalty", kReal, 1.0, Above(0),
       "repetition_penalty, scope both"},
      {"frequency_penalty", kReal, 0.0, Between(-2, 2),
       "frequency_penalty, scope output"},
      {"presence_penalty", kReal, 0.0, Between(-2, 2),
       "presence_penalty, scope output"},
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
      {sampling,
       Lost("a step that this importer has no order for",
            {"mirostat_mode", "skew", "deterministic"}),
       Idle("a setting of mirostat alone", {"mirostat_tau", "mirostat_eta"}),
       Lost("texts, which its tokenizer spells",
            {"bad_words", "custom_token_bans", "banned_strings"}),
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

void AddDryStage(Draft& draft) {
  DryRules rules = {.window = {}, .window_field = "dry_range"};
  if (draft.Integer("dry_range") > 0) rules.window = draft.Integer("dry_range");
  const std::size_t before = draft.config().stages.size();
  AddDry(draft, Strings(draft, "dry_sequence_breakers"), rules);
  if (draft.config().stages.size() > before) {
    draft.Lost("dry_multiplier",
               "Aphrodite looks at matches of 12 tokens and at 8 of them at "
               "most");
  }
}

void AddPenalties(Draft& draft) {
  AddPenalty(draft, "repetition_penalty", "repetition_penalty", {});
  AddPenalty(draft, "frequency_penalty", "frequency_penalty",
             {.scope = "output"});
  AddPenalty(draft, "presence_penalty", "presence_penalty",
             {.scope = "output"});
}

void AddNgrams(Draft& draft) {
  AddNumber(draft, "no_repeat_ngram_size", Off::kZeroOrLess, "no_repeat_ngram",
            "n");
}

void AddTemperature(Draft& draft) {
  if (draft.Real("dynatemp_max") > 0) {
    draft.Add({"dynamic_temperature",
               {{"low", draft.Get("dynatemp_min")},
                {"high", draft.Get("dynatemp_max")},
                {"exponent", draft.Get("dynatemp_exponent")}}},
              {"dynatemp_min", "dynatemp_max", "dynatemp_exponent"});
    draft.HarmlessIfUnsaid({{"temperature"}},
                           "the dynamic temperature takes its place");
    return;
  }
  AddNumber(draft, "temperature", Off::kExactlyOne, "temperature",
            "temperature");
}

void AddTopNSigma(Draft& draft) {
  AddNumber(draft, "nsigma", Off::kZeroOrLess, "top_n_sigma", "n",
            {{"sigma", "sample"}});
}

void AddTopPTopK(Draft& draft) {
  AddNumber(draft, "top_k", Off::kZeroOrLess, "top_k", "k",
            {{"ties", "keep_all"}});
  AddNumber(draft, "top_p", Off::kOneOrMore, "top_p", "p",
            {{"tie_order", "high_id"}});
}

void AddTopA(Draft& draft) {
  AddNumber(draft, "top_a", Off::kZeroOrLess, "top_a", "a");
}

void AddMinP(Draft& draft) {
  AddNumber(draft, "min_p", Off::kZeroOrLess, "min_p", "p");
}

void AddTailFree(Draft& draft) {
  AddNumber(draft, "tfs", Off::kOneOrMore, "tail_free", "z", {{"offset", 1}});
}

void AddCutoff(Draft& draft, absl::string_view name) {
  const double epsilon = draft.Real(name) * kCutoffUnit;
  if (epsilon <= 0) return;
  if (epsilon >= 1) {
    draft.Reject(name, "a number below 10000 (ten-thousandths)");
    return;
  }
  draft.Add({std::string(name), {{"epsilon", epsilon}}}, {name},
            "in ten-thousandths there");
}

void AddEtaCutoff(Draft& draft) { AddCutoff(draft, "eta_cutoff"); }
void AddEpsilonCutoff(Draft& draft) { AddCutoff(draft, "epsilon_cutoff"); }

void AddTypicalP(Draft& draft) {
  AddNumber(draft, "typical_p", Off::kOneOrMore, "typical_p", "p",
            {{"ties", "keep_all"}});
}

void AddXtcStage(Draft& draft) { AddXtc(draft, {}); }

const StepTable& Steps() {
  static const auto& steps = *new StepTable{
      {"dry",
       {"dry_multiplier", "dry_base", "dry_allowed_length", "dry_range",
        "dry_sequence_breakers"},
       AddDryStage},
      {"penalties",
       {"repetition_penalty", "frequency_penalty", "presence_penalty"},
       AddPenalties},
      {"no_repeat_ngram", {"no_repeat_ngram_size"}, AddNgrams},
      {"temperature",
       {"temperature", "dynatemp_min", "dynatemp_max", "dynatemp_exponent"},
       AddTemperature},
      {"top_nsigma", {"nsigma"}, AddTopNSigma},
      {"top_p_top_k", {"top_p", "top_k"}, AddTopPTopK},
      {"top_a", {"top_a"}, AddTopA},
      {"min_p", {"min_p"}, AddMinP},
      {"tfs", {"tfs"}, AddTailFree},
      {"eta_cutoff", {"eta_cutoff"}, AddEtaCutoff},
      {"epsilon_cutoff", {"epsilon_cutoff"}, AddEpsilonCutoff},
      {"typical_p", {"typical_p"}, AddTypicalP},
      {"quadratic", {"smoothing_factor", "smoothing_curve"}, AddQuadratic},
      {"xtc", {"xtc_threshold", "xtc_probability"}, AddXtcStage}};
  return steps;
}

std::vector<const Step*> ReadOrder(Draft& draft) {
  std::vector<const Step*> order;
  for (const std::string& name : Strings(draft, "sampler_priority")) {
    const Step* step = FindStep(Steps(), name);
    if (step == nullptr) {
      draft.Unknown("sampler_priority", name,
                    absl::StrCat("no sampler of Aphrodite",
                                 DidYouMean(name, {std::begin(kOrder),
                                                   std::size(kOrder)})));
    } else if (std::find(order.begin(), order.end(), step) == order.end()) {
      order.push_back(step);
    }
  }
  if (draft.Boolean("temperature_last")) {
    const auto at =
        std::find(order.begin(), order.end(), FindStep(Steps(), "temperature"));
    if (at != order.end()) std::rotate(at, at + 1, order.end());
    draft.Applied("temperature_last", "temperature after the truncations");
  }
  if (draft.Given("sampler_priority")) {
    draft.Applied("sampler_priority", "the order of the stages");
  }
  return order;
}

void Build(Draft& draft) {
  RefuseParity(draft, "Aphrodite's random numbers are not offered");
  AddRequestMinTokens(draft, "min_tokens", "stop_token_ids");
  AddBiasMap(draft, "logit_bias");
  const std::vector<const Step*> order = ReadOrder(draft);
  const bool greedy = draft.Real("temperature") == 0;
  for (const Step* step : order) {
    const bool edits = step->name == "dry" || step->name == "penalties" ||
                       step->name == "no_repeat_ngram";
    if (!greedy || edits) step->add(draft);
    if (greedy && !edits) {
      draft.HarmlessIfUnsaid(step->fields, "greedy: the temperature is 0");
    }
  }
  ReportOmitted(Steps(), order, "its stage is not in sampler_priority", draft);
  if (greedy) {
    draft.Derive("(draw)", "greedy: the temperature is 0");
    draft.config().stages.push_back({"greedy", {}});
  } else {
    AddCategorical(draft, "id", "the law of an exponential race");
  }
  ReadSeed(draft, "seed", /*random=*/draft.Integer("seed") == -1, false);
}

}  // namespace

const Runtime& Aphrodite() {
  static const auto& runtime = *new Runtime{
      .name = "aphrodite",
      .version = "Aphrodite (2026)",
      .order =
          "min_tokens, logit_bias, sampler_priority (dry, penalties, "
          "no_repeat_ngram, temperature, top_nsigma, top_k and top_p, top_a, "
          "min_p, tfs, eta_cutoff, epsilon_cutoff, typical_p, quadratic, xtc), "
          "draw",
      .fields = Fields(),
      .containers = {"extra_body", "sampling_params", "body"},
      .build = Build,
      .leniency = {.texts = true},
      .marks = {"dynatemp_min", "dynatemp_max", "nsigma", "deterministic"}};
  return runtime;
}

}  // namespace sampler::importers

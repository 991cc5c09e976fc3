// Aphrodite (2026): requests of its OpenAI-shaped server, SamplingParams.
//
// What it shares with vLLM works as there. The order after the edits is a
// setting; temperature comes before the truncations unless temperature_last.

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/runtimes/textgen.h"
#include "sampler/importers/steps.h"
#include "sampler/parameters/spelling.h"

namespace sampler::importers {
namespace aphrodite {
namespace {

// Beyond any text.
constexpr std::int64_t kFarthest = std::int64_t{1} << 60;

constexpr absl::string_view kDryLimits[] = {
    "dry_max_ngram", "dry_max_occurrences", "dry_early_exit_match_len"};

void AddDryStage(Draft& draft) {
  DryRules rules = {.window = {}, .window_field = "dry_range"};
  if (draft.Real("dry_multiplier") <= 0) return;
  if (draft.Integer("dry_range") > 0) rules.window = draft.Integer("dry_range");
  rules.exempt_breakers = false;
  // Its own match leaves the last token out.
  rules.limits = {{"rule", "aphrodite"},
                  {"max_ngram", draft.Integer("dry_max_ngram") + 1},
                  {"max_occurrences", draft.Get("dry_max_occurrences")},
                  {"early_exit", draft.Get("dry_early_exit_match_len")}};
  const std::size_t before = draft.config().stages.size();
  AddDry(draft, Strings(draft, "dry_sequence_breakers"), rules);
  if (draft.config().stages.size() == before) return;
  for (const absl::string_view limit : kDryLimits) {
    draft.Applied(limit, "a limit of dry's search");
  }
}

// [[ids, first, how many], ...]: places count the output tokens.
void AddBanRanges(Draft& draft) {
  const Value::List* ranges = draft.Get("token_ban_ranges").list();
  if (ranges == nullptr) return;
  for (std::size_t i = 0; i < ranges->size(); ++i) {
    const std::string at =
        absl::StrCat(draft.PointerOf("token_ban_ranges"), "/", i);
    const Value::List* range = (*ranges)[i].list();
    const bool whole = range != nullptr && range->size() == 3 &&
                       (*range)[0].list() != nullptr &&
                       (*range)[1].integer() != nullptr &&
                       (*range)[2].integer() != nullptr;
    const std::int64_t first = whole ? *(*range)[1].integer() : -1;
    const std::int64_t length = whole ? *(*range)[2].integer() : -1;
    if (first < 0 || length < 0 || first > kFarthest || length > kFarthest) {
      draft.Problem(at, absl::StrCat("got ", ToText((*ranges)[i]),
                                     ", want [ids, first, how many]"));
      continue;
    }
    TokenIds ids;
    for (const Value& item : *(*range)[0].list()) {
      const auto id = ReadId(draft, item, absl::StrCat(at, "/0"));
      if (id.has_value()) ids.push_back(*id);
    }
    if (ids.empty() || length == 0) continue;
    draft.Add({.type = "suppress_tokens",
               .parameters = {{"ids", ToValue(ids)}},
               .when = Value(Value::Object{
                   {"position", Value::List{first, first + length}}})},
              {"token_ban_ranges"},
              absl::StrCat("from output token ", first, " on, ", length));
  }
}

void AddBans(Draft& draft) {
  const TokenIds allowed = ReadIds(draft, "allowed_token_ids");
  if (!allowed.empty()) {
    draft.Add({"allow_tokens", {{"ids", ToValue(allowed)}}},
              {"allowed_token_ids"});
  }
  AddBan(draft, "custom_token_bans", ReadIds(draft, "custom_token_bans"));
  AddBanRanges(draft);
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

void AddEtaCutoff(Draft& draft) { AddTextGenCutoff(draft, "eta_cutoff"); }
void AddEpsilonCutoff(Draft& draft) {
  AddTextGenCutoff(draft, "epsilon_cutoff");
}

void AddTypicalP(Draft& draft) {
  AddNumber(draft, "typical_p", Off::kOneOrMore, "typical_p", "p",
            {{"ties", "keep_all"}});
}

void AddXtcStage(Draft& draft) { AddXtc(draft, {}); }

const StepTable& Steps() {
  static const auto& steps = *new StepTable{
      {"dry",
       {"dry_multiplier", "dry_base", "dry_allowed_length", "dry_range",
        "dry_sequence_breakers", "dry_max_ngram", "dry_max_occurrences",
        "dry_early_exit_match_len"},
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

std::vector<absl::string_view> StepNames() {
  std::vector<absl::string_view> names;
  for (const Step& step : Steps()) names.push_back(step.name);
  return names;
}

std::vector<const Step*> ReadOrder(Draft& draft) {
  std::vector<const Step*> order;
  for (const std::string& name : Strings(draft, "sampler_priority")) {
    const Step* step = FindStep(Steps(), name);
    if (step == nullptr) {
      draft.Unknown("sampler_priority", name,
                    absl::StrCat("no sampler of Aphrodite",
                                 DidYouMean(name, StepNames())));
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
  AddBans(draft);
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
}  // namespace aphrodite

const Runtime& Aphrodite() {
  static const auto& runtime = *new Runtime{
      .name = "aphrodite",
      .version = "Aphrodite (2026)",
      .order =
          "bans, min_tokens, logit_bias, sampler_priority (dry, penalties, "
          "no_repeat_ngram, temperature, top_nsigma, top_k and top_p, top_a, "
          "min_p, tfs, eta_cutoff, epsilon_cutoff, typical_p, quadratic, xtc), "
          "draw",
      .fields = AphroditeFields(),
      .containers = {"extra_body", "sampling_params", "body"},
      .build = aphrodite::Build,
      .leniency = {.texts = true},
      .marks = {"dynatemp_min", "dynatemp_max", "nsigma", "deterministic"}};
  return runtime;
}

}  // namespace sampler::importers

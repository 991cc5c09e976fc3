// exllamav2 (2025-12): the attributes of its sampler settings, as JSON.
//
// The order is fixed; probabilities are renormalised after every step, which is
// how stages work here.

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/steps.h"

namespace sampler::importers {
namespace exllamav2 {
namespace {

using enum FieldKind;

constexpr double kGreedyBelow = 0.01;
constexpr double kNoNucleusBelow = 1e-6;

FieldTable Fields() {
  const FieldTable sampling = {
      {"cfg_scale",
       kReal,
       {},
       AtLeast(0),
       "guidance, which needs a second row of logits"},
      {"token_repetition_penalty", kReal, 1.025, Above(0),
       "repetition_penalty, scope both"},
      {"token_frequency_penalty", kReal, 0.0, kFinite,
       "frequency_penalty, scope both"},
      {"token_presence_penalty", kReal, 0.0, kFinite,
       "presence_penalty, scope both"},
      {"token_repetition_range", kInteger, -1, AtLeast(-1),
       "window of the penalties; -1 is all, 0 is off"},
      {"token_repetition_decay", kInteger, 0, AtLeast(0),
       "decay of the penalties, beyond their window"},
      {"disallowed_tokens", kList, {}, {}, "suppress_tokens"},
      {"allowed_tokens", kList, {}, {}, "allow_tokens"},
      {"token_bias", kMap, {}, {}, "logit_bias", {"logit_bias"}},
      {"dry_multiplier", kReal, 0.0, AtLeast(0), "dry"},
      {"dry_base", kReal, 1.75, AtLeast(1).WhenUsed(), "dry"},
      {"dry_allowed_length", kInteger, 2, AtLeast(1).WhenUsed(), "dry"},
      {"dry_range", kInteger, 0, AtLeast(0), "window of dry; 0 is all"},
      {"dry_max_ngram", kInteger, 20, AtLeast(1),
       "a limit to the matches: dry here has none"},
      {"dry_sequence_breakers",
       kList,
       {},
       kFinite.WhenUsed(),
       "breakers of dry: ids or texts"},
      {"smoothing_factor", kReal, 0.0, AtLeast(0), "quadratic"},
      {"temperature", kReal, 0.8, AtLeast(0), "temperature; below 0.01 greedy"},
      {"temperature_last",
       kBoolean,
       false,
       {},
       "temperature after the truncations"},
      {"top_k", kInteger, 50, AtLeast(0), "top_k; 0 is off"},
      {"top_p", kReal, 0.8, kFinite,
       "top_p, crossing exclude; off outside (0, 1)"},
      {"top_a", kReal, 0.0, Between(0, 1), "top_a"},
      {"min_p", kReal, 0.0, Between(0, 1), "min_p"},
      {"tfs", kReal, 0.0, Between(0, 1), "tail_free, offset 1; 0 and 1 off"},
      {"typical", kReal, 0.0, Between(0, 1), "typical_p; 0 and 1 are off"},
      {"mirostat", kBoolean, false, {}, "mirostat 2"},
      {"mirostat_tau", kReal, 1.5, Above(0).WhenUsed(), "mirostat"},
      {"mirostat_eta", kReal, 0.1, AtLeast(0), "mirostat"},
      {"min_temp", kReal, 0.0, AtLeast(0),
       "dynamic_temperature after the truncations"},
      {"max_temp", kReal, 0.0, AtLeast(0), "dynamic_temperature; 0 is off"},
      {"temp_exponent", kReal, 1.0, AtLeast(0), "dynamic_temperature"},
      {"xtc_probability", kReal, 0.0, Between(0, 1),
       "xtc, mode expected, protect_rule exempt"},
      {"xtc_threshold", kReal, 0.1, Between(0, 1), "xtc; above 0.5 off"},
      {"xtc_ignore_tokens", kList, {}, {}, "protected tokens of xtc"},
      {"skew", kReal, 0.0, kFinite, "skew"},
      {"seed", kInteger, {}, kFinite, "seed"}};
  return Join(
      {sampling,
       Lost("filters and grammars are the caller's: their bitmask goes to a "
            "mask stage",
            {"filters"}),
       Idle("how a filter is used, not what it is", {"filter_prefer_eos"}),
       Idle("what is reported, not what is drawn",
            {"return_probs", "return_top_tokens", "return_logits"}),
       Idle("not a sampling setting",
            {"ngram_trie", "post_sampling_hooks", "mirostat_mu"}),
       RequestFields(), EndFields(), AnswerFields()});
}

void AddPenalties(Draft& draft) {
  Scope scope = {.window_field = "token_repetition_range"};
  const std::int64_t range = draft.Integer("token_repetition_range");
  const std::int64_t decay = draft.Integer("token_repetition_decay");
  // A range of 0 is off only where nothing fades: else the last token counts.
  if (range == 0 && decay == 0) return;
  if (range >= 0) {
    // The first token beyond the range still counts in full.
    scope.window = decay > 0 ? range + 1 : range;
    scope.decay = decay;
    scope.decay_field = "token_repetition_decay";
    scope.fade = "penalty";
  }
  AddPenalty(draft, "token_repetition_penalty", "repetition_penalty", scope);
  AddPenalty(draft, "token_frequency_penalty", "frequency_penalty", scope);
  AddPenalty(draft, "token_presence_penalty", "presence_penalty", scope);
}

void AddBans(Draft& draft) {
  AddBan(draft, "disallowed_tokens", ReadIds(draft, "disallowed_tokens"));
  const TokenIds allowed = ReadIds(draft, "allowed_tokens");
  if (!allowed.empty()) {
    draft.Add({"allow_tokens", {{"ids", ToValue(allowed)}}},
              {"allowed_tokens"});
  }
  AddBiasMap(draft, "token_bias");
}

// Ids are breakers as they are.
std::vector<TokenIds> BreakersOf(Draft& draft,
                                 std::vector<std::string>& texts) {
  std::vector<TokenIds> ids;
  const Value::List* list = draft.Get("dry_sequence_breakers").list();
  if (list == nullptr) return ids;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Value& item = (*list)[i];
    if (item.text() != nullptr) {
      texts.push_back(*item.text());
    } else if (const auto id =
                   ReadId(draft, item,
                          absl::StrCat(draft.PointerOf("dry_sequence_breakers"),
                                       "/", i))) {
      ids.push_back({*id});
    }
  }
  return ids;
}

void AddDryStage(Draft& draft) {
  if (draft.Real("dry_multiplier") <= 0) return;
  DryRules rules = {.window = {}, .window_field = "dry_range"};
  if (draft.Integer("dry_range") > 0) rules.window = draft.Integer("dry_range");
  std::vector<std::string> texts;
  const std::vector<TokenIds> ids = BreakersOf(draft, texts);
  AddDry(draft, texts, rules);
  if (draft.config().stages.empty() ||
      draft.config().stages.back().type != "dry") {
    return;  // A problem was found.
  }
  if (!ids.empty()) {
    Value& breakers = draft.config().stages.back().parameters["breakers"];
    Value::List all =
        breakers.list() == nullptr ? Value::List{} : *breakers.list();
    for (const TokenIds& id : ids) all.push_back(ToValue(id));
    breakers = std::move(all);
    draft.Applied("dry_sequence_breakers",
                  absl::StrCat(ids.size(), " ids as they are"));
  }
  draft.Lost("dry_max_ngram",
             "not expressible: exllamav2 matches at most 20 tokens and "
             "multiplies by occurrences");
}

void AddTopP(Draft& draft) {
  if (draft.Real("top_p") < kNoNucleusBelow) return;
  AddNumber(draft, "top_p", Off::kEnds, "top_p", "p",
            {{"crossing", "exclude"}});
}

void AddTruncations(Draft& draft) {
  AddNumber(draft, "top_k", Off::kZeroOrLess, "top_k", "k");
  AddTopP(draft);
  AddNumber(draft, "top_a", Off::kZeroOrLess, "top_a", "a");
  AddNumber(draft, "min_p", Off::kZeroOrLess, "min_p", "p");
  AddNumber(draft, "tfs", Off::kEnds, "tail_free", "z", {{"offset", 1}});
  AddNumber(draft, "typical", Off::kEnds, "typical_p", "p");
  if (draft.Boolean("mirostat")) AddMirostat(draft, 2, "mirostat");
}

void AddTemperature(Draft& draft) {
  AddNumber(draft, "temperature", Off::kExactlyOne, "temperature",
            "temperature");
}

void AddDynamicTemperature(Draft& draft) {
  const double high = draft.Real("max_temp");
  if (high <= 0) return;
  draft.Add({"dynamic_temperature",
             {{"low", draft.Get("min_temp")},
              {"high", draft.Get("max_temp")},
              {"exponent", draft.Get("temp_exponent")}}},
            {"min_temp", "max_temp", "temp_exponent"});
}

void AddXtcStage(Draft& draft) {
  Value::Object options = {{"mode", "expected"}};
  const TokenIds protect = ReadIds(draft, "xtc_ignore_tokens");
  if (!protect.empty()) {
    options["protect"] = ToValue(protect);
    options["protect_rule"] = "exempt";
  }
  const std::size_t before = draft.config().stages.size();
  AddXtc(draft, std::move(options));
  if (!protect.empty() && draft.config().stages.size() > before) {
    draft.Applied("xtc_ignore_tokens", "protected tokens of xtc");
  }
}

void AddSampled(Draft& draft) {
  const bool last = draft.Boolean("temperature_last");
  AddNumber(draft, "smoothing_factor", Off::kZeroOrLess, "quadratic", "factor");
  if (!last) AddTemperature(draft);
  AddTruncations(draft);
  const std::size_t before = draft.config().stages.size();
  AddDynamicTemperature(draft);
  if (last) {
    draft.Applied("temperature_last", "temperature after the truncations");
    if (draft.config().stages.size() == before) {
      AddTemperature(draft);
    } else {
      draft.HarmlessIfUnsaid({{"temperature"}},
                             "dynamic_temperature takes its place");
    }
  }
  AddXtcStage(draft);
  AddNumber(draft, "skew", Off::kExactlyZero, "skew", "skew");
  AddCategorical(draft, "rank", "exllamav2 draws from a sorted array");
}

void Build(Draft& draft) {
  RefuseParity(draft, "exllamav2 draws with Python's generator");
  AddNumber(draft, "cfg_scale", Off::kExactlyOne, "guidance", "scale");
  AddPenalties(draft);
  AddBans(draft);
  AddDryStage(draft);
  if (draft.Real("temperature") < kGreedyBelow) {
    draft.Add({"greedy", {}}, {"temperature"});
    draft.HarmlessIfUnsaid(
        {{"smoothing_factor", "temperature_last", "top_k", "top_p", "top_a",
          "min_p", "tfs", "typical", "mirostat", "mirostat_tau", "mirostat_eta",
          "min_temp", "max_temp", "temp_exponent", "xtc_probability",
          "xtc_threshold", "xtc_ignore_tokens", "skew"}},
        "greedy: temperature is below 0.01");
  } else {
    AddSampled(draft);
  }
  ReadSeed(draft, "seed", /*random=*/false, /*same_numbers=*/false);
}

}  // namespace
}  // namespace exllamav2

const Runtime& ExLlamaV2() {
  static const auto& runtime = *new Runtime{
      .name = "exllamav2",
      .version = "exllamav2 da07fac",
      .order =
          "guidance, repetition, frequency, presence penalty, bans, "
          "token_bias, dry, smoothing, temperature, top_k, top_p, top_a, "
          "min_p, tfs, typical, mirostat, dynamic temperature, xtc, skew, "
          "draw",
      .fields = exllamav2::Fields(),
      .build = exllamav2::Build,
      .leniency = {.texts = true, .empty_lists = true},
      .marks = {"token_repetition_penalty", "token_repetition_range",
                "token_repetition_decay", "token_frequency_penalty",
                "token_presence_penalty", "token_bias", "dry_max_ngram",
                "xtc_ignore_tokens", "filter_prefer_eos"}};
  return runtime;
}

}  // namespace sampler::importers

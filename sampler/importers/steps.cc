#include "sampler/importers/steps.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sampler/spelling.h"

namespace sampler::importers {

const Step* FindStep(const StepTable& steps, absl::string_view name) {
  const auto step = std::find_if(
      steps.begin(), steps.end(),
      [&](const Step& candidate) { return candidate.name == name; });
  return step == steps.end() ? nullptr : &*step;
}

void ReportOmitted(const StepTable& steps,
                   const std::vector<const Step*>& order, absl::string_view why,
                   Draft& draft) {
  for (const Step& step : steps) {
    if (std::find(order.begin(), order.end(), &step) == order.end()) {
      draft.NoEffectIfUnsaid(step.fields, why);
    }
  }
}

bool IsOff(Off off, double value) {
  switch (off) {
    case Off::kZeroOrLess:
      return value <= 0;
    case Off::kOneOrMore:
      return value >= 1;
    case Off::kExactlyOne:
      return value == 1;
    case Off::kExactlyZero:
      return value == 0;
    case Off::kEnds:
      break;
  }
  return value <= 0 || value >= 1;
}

void AddNumber(Draft& draft, absl::string_view field, Off off,
               absl::string_view stage, absl::string_view parameter,
               Value::Object options) {
  if (!draft.Has(field) || IsOff(off, draft.Real(field))) return;
  options[std::string(parameter)] = draft.Get(field);
  draft.Add({std::string(stage), std::move(options)}, {field});
}

void AddPenalty(Draft& draft, absl::string_view field, absl::string_view stage,
                const Scope& scope) {
  const double neutral = stage == "repetition_penalty" ? 1 : 0;
  if (!draft.Has(field) || draft.Real(field) == neutral) return;
  StageConfig config = {
      std::string(stage),
      {{"penalty", draft.Get(field)}, {"scope", std::string(scope.scope)}}};
  if (scope.window.has_value()) config.parameters["window"] = *scope.window;
  draft.Add(std::move(config), {field});
  if (!scope.window_field.empty()) {
    draft.Applied(scope.window_field, absl::StrCat("window of ", stage));
  }
}

std::vector<std::string> Strings(Draft& draft, absl::string_view field) {
  std::vector<std::string> strings;
  const Value& value = draft.Get(field);
  if (value.text() != nullptr) return {*value.text()};
  if (value.list() == nullptr) return {};
  for (std::size_t i = 0; i < value.list()->size(); ++i) {
    const Value& item = (*value.list())[i];
    if (item.text() != nullptr) {
      strings.push_back(*item.text());
    } else {
      draft.Problem(absl::StrCat(draft.PointerOf(field), "/", i),
                    absl::StrCat("got ", ToText(item), ", want text"));
    }
  }
  return strings;
}

void AddDry(Draft& draft, const std::vector<std::string>& breakers,
            const DryRules& rules) {
  if (draft.Real("dry_multiplier") <= 0) return;
  if (draft.Real("dry_base") < 1) {
    draft.Reject("dry_base", "a number >= 1 (smaller ones have no stage)");
    return;
  }
  if (draft.Integer("dry_allowed_length") < 1) {
    draft.Reject("dry_allowed_length",
                 "an integer >= 1 (0 would penalise every token there is)");
    return;
  }
  StageConfig stage = {"dry",
                       {{"multiplier", draft.Get("dry_multiplier")},
                        {"base", draft.Get("dry_base")},
                        {"allowed_length", draft.Get("dry_allowed_length")}}};
  if (rules.window.has_value()) stage.parameters["window"] = *rules.window;
  if (!rules.exempt_breakers) stage.parameters["exempt_breakers"] = false;
  const TokenTexts* texts = draft.options().texts;
  if (!breakers.empty() && texts != nullptr) {
    std::vector<TokenIds> sequences;
    for (const std::string& breaker : breakers) {
      for (TokenIds& found : rules.sequences(*texts, breaker)) {
        sequences.push_back(std::move(found));
      }
    }
    std::sort(sequences.begin(), sequences.end());
    sequences.erase(std::unique(sequences.begin(), sequences.end()),
                    sequences.end());
    draft.Applied("dry_sequence_breakers",
                  absl::StrCat(sequences.size(), " breakers in tokens"));
    stage.parameters["breakers"] = ToValue(sequences);
  } else if (!breakers.empty()) {
    ReportNoTexts(draft, "dry_sequence_breakers");
  }
  draft.Applied("dry_multiplier", "dry");
  draft.Applied("dry_base", "dry");
  draft.Applied("dry_allowed_length", "dry");
  if (!rules.window_field.empty()) {
    draft.Applied(rules.window_field, "window of dry");
  }
  draft.Add(std::move(stage), {});
}

// ---- Edits of single tokens -------------------------------------------------

Value ToValue(const TokenIds& ids) {
  return Value::List(ids.begin(), ids.end());
}

Value ToValue(const std::vector<TokenIds>& sequences) {
  Value::List list;
  for (const TokenIds& ids : sequences) list.push_back(ToValue(ids));
  return list;
}

std::optional<std::int32_t> ReadId(Draft& draft, const Value& value,
                                   const std::string& pointer) {
  if (value.integer() == nullptr || *value.integer() < 0 ||
      !std::in_range<std::int32_t>(*value.integer())) {
    draft.Problem(pointer,
                  absl::StrCat("got ", ToText(value), ", want a token id"));
    return std::nullopt;
  }
  return static_cast<std::int32_t>(*value.integer());
}

TokenIds ReadIds(Draft& draft, absl::string_view field) {
  const Value& value = draft.Get(field);
  const std::string pointer = draft.PointerOf(field);
  TokenIds ids;
  const auto add = [&](const Value& item, const std::string& at) {
    const auto id = ReadId(draft, item, at);
    if (id.has_value() && std::find(ids.begin(), ids.end(), *id) == ids.end()) {
      ids.push_back(*id);
    }
  };
  if (value.list() == nullptr) {
    if (!value.is_null()) add(value, pointer);
    return ids;
  }
  for (std::size_t i = 0; i < value.list()->size(); ++i) {
    add((*value.list())[i], absl::StrCat(pointer, "/", i));
  }
  return ids;
}

void AddBiasMap(Draft& draft, absl::string_view field,
                std::optional<double> limit) {
  const Value::Object* map = draft.Get(field).object();
  if (map == nullptr || map->empty()) return;
  Value::Object biases;
  bool clamped = false;
  for (const auto& [key, bias] : *map) {
    const std::string pointer =
        absl::StrCat(draft.PointerOf(field), "/", EscapePointer(key));
    std::int32_t id = 0;
    if (!absl::SimpleAtoi(key, &id) || id < 0) {
      draft.Problem(pointer,
                    absl::StrCat("got \"", key, "\", want a token id"));
    }
    const bool number = bias.integer() != nullptr || bias.real() != nullptr;
    if (!number) {
      draft.Problem(pointer,
                    absl::StrCat("got ", ToText(bias), ", want a number"));
      continue;
    }
    const double x = bias.integer() != nullptr
                         ? static_cast<double>(*bias.integer())
                         : *bias.real();
    Value& kept = biases[key] = bias;
    if (limit.has_value() && !(-*limit <= x && x <= *limit)) {
      kept = x > 0 ? *limit : -*limit;
      clamped = true;
    }
  }
  draft.Add({"logit_bias", {{"bias", std::move(biases)}}}, {field});
  if (clamped) {
    draft.Applied(
        field, absl::StrCat("biases clamped to [-", *limit, ", ", *limit, "]"));
  }
}

void AddBan(Draft& draft, absl::string_view field, const TokenIds& ids,
            absl::string_view remark) {
  if (ids.empty()) return;
  draft.Add({"suppress_tokens", {{"ids", ToValue(ids)}}}, {field}, remark);
}

void AddMinTokens(Draft& draft, absl::string_view field, TokenIds stop_ids,
                  absl::string_view count) {
  if (draft.Integer(field) <= 0) return;
  for (const std::int32_t id : draft.options().end_ids) {
    if (std::find(stop_ids.begin(), stop_ids.end(), id) == stop_ids.end()) {
      stop_ids.push_back(id);
    }
  }
  if (stop_ids.empty()) {
    draft.NoEffect(field,
                   "not applied: which ids end the text is not known; give "
                   "them (--eos-ids)");
    return;
  }
  draft.Add({"min_tokens",
             {{"n", draft.Get(field)},
              {"stop_ids", ToValue(stop_ids)},
              {"count", std::string(count)}}},
            {field});
}

void AddRequestMinTokens(Draft& draft, absl::string_view field,
                         absl::string_view stop_field) {
  if (draft.Integer(field) <= 0) return;
  const TokenIds stops = ReadIds(draft, stop_field);
  AddMinTokens(draft, field, stops, "output");
  if (stops.empty()) return;
  draft.Applied(stop_field, absl::StrCat("stop ids of ", field));
  if (draft.options().end_ids.empty()) {
    draft.Applied(field,
                  "without the model's own end ids, which are not known; give "
                  "them (--eos-ids)");
  }
}

void AddEndBan(Draft& draft, absl::string_view field) {
  if (!draft.Boolean(field)) return;
  if (draft.options().end_ids.empty()) {
    draft.NoEffect(field,
                   "not applied: which ids end the text is not known; give "
                   "them (--eos-ids)");
    return;
  }
  AddBan(draft, field, draft.options().end_ids);
}

void ReportNoTexts(Draft& draft, absl::string_view field) {
  draft.NoEffect(field,
                 "not applied: text, and a config holds token ids; give a "
                 "vocabulary (--vocab-file)");
}

// ---- Shaping, truncation, draws ---------------------------------------------

bool AddDynamicRange(Draft& draft, absl::string_view temperature,
                     absl::string_view range, absl::string_view exponent,
                     absl::string_view count) {
  if (draft.Real(range) <= 0) return false;
  double low = draft.Real(temperature) - draft.Real(range);
  double high = draft.Real(temperature) + draft.Real(range);
  if (draft.options().parity) {
    // As the runtime's float32 arithmetic has it.
    const auto t = static_cast<float>(draft.Real(temperature));
    const auto r = static_cast<float>(draft.Real(range));
    low = static_cast<double>(t - r);
    high = static_cast<double>(t + r);
  }
  Value::Object parameters = {{"low", std::max(low, 0.0)},
                              {"high", high},
                              {"exponent", draft.Get(exponent)}};
  if (count != "finite") parameters["count"] = std::string(count);
  draft.Add({"dynamic_temperature", std::move(parameters)},
            {temperature, range, exponent});
  return true;
}

void AddXtc(Draft& draft, Value::Object options) {
  if (draft.Real("xtc_probability") <= 0 || draft.Real("xtc_threshold") > 0.5) {
    return;
  }
  options["probability"] = draft.Get("xtc_probability");
  options["threshold"] = draft.Get("xtc_threshold");
  draft.Add({"xtc", std::move(options)}, {"xtc_probability", "xtc_threshold"});
}

void AddQuadratic(Draft& draft) {
  if (draft.Real("smoothing_factor") <= 0) return;
  if (!Between(1, 3).Contains(draft.Real("smoothing_curve"))) {
    draft.Reject("smoothing_curve",
                 "a number in [1, 3] (outside, the order of tokens breaks)");
    return;
  }
  draft.Add({"quadratic",
             {{"factor", draft.Get("smoothing_factor")},
              {"curve", draft.Get("smoothing_curve")}}},
            {"smoothing_factor", "smoothing_curve"});
}

void AddMirostat(Draft& draft, std::int64_t version,
                 absl::string_view version_field) {
  draft.Add({"mirostat",
             {{"version", version},
              {"tau", draft.Get("mirostat_tau")},
              {"eta", draft.Get("mirostat_eta")}}},
            {version_field, "mirostat_tau", "mirostat_eta"});
}

bool AddAdaptiveP(Draft& draft, bool off) {
  if (off) return false;
  draft.Add({"adaptive_p",
             {{"target", draft.Get("adaptive_target")},
              {"decay", draft.Get("adaptive_decay")}}},
            {"adaptive_target", "adaptive_decay"});
  return true;
}

void AddCategorical(Draft& draft, absl::string_view order,
                    absl::string_view why) {
  StageConfig draw = {"categorical", {}};
  if (order == "rank") draw.parameters["order"] = "rank";
  draft.Derive("(draw)", absl::StrCat(StageText(draw), ": ", why));
  draft.config().stages.push_back(std::move(draw));
}

// ---- Seeds
// --------------------------------------------------------------------

void ReadSeed(Draft& draft, absl::string_view field, bool random,
              bool same_numbers) {
  if (!draft.Given(field)) return;
  if (random) {
    draft.NoEffect(field, "means a random seed: none is set");
    return;
  }
  // The bits of a negative seed, as a runtime that takes 64 of them does.
  draft.config().seed = static_cast<std::uint64_t>(draft.Integer(field));
  draft.Applied(field, same_numbers
                           ? "seed of the config"
                           : "seed of the config; the random numbers are not "
                             "the runtime's");
}

void RefuseParity(Draft& draft, absl::string_view why) {
  if (draft.options().parity) {
    draft.Problem("--parity", absl::StrCat("cannot be had: ", why));
  }
}

}  // namespace sampler::importers

#include "sampler/importers/steps.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/config.h"
#include "sampler/parameters/value.h"

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
      draft.HarmlessIfUnsaid(step.fields, why);
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
  if (scope.decay > 0) {
    config.parameters["decay"] = scope.decay;
    if (stage == "repetition_penalty" && !scope.fade.empty()) {
      config.parameters["fade"] = std::string(scope.fade);
    }
    draft.Applied(scope.decay_field, absl::StrCat("decay of ", stage));
  }
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
  stage.parameters.insert(rules.limits.begin(), rules.limits.end());
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

// ---- Shaping, truncation, draws ---------------------------------------------

bool AddDynamicRange(Draft& draft, absl::string_view temperature,
                     absl::string_view range, absl::string_view exponent,
                     absl::string_view count, Inverted inverted) {
  const double width = draft.Real(range);
  if (width == 0) return false;
  if (width < 0 && inverted == Inverted::kIsOff) return false;
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
                              {"high", std::max(high, 0.0)},
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
    draft.Harmless(field, "means a random seed: none is set");
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

// The steps of text-generation-webui's transformers loader.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sampler/candidate.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/runtimes/textgen.h"
#include "sampler/importers/steps.h"

namespace sampler::importers {
namespace textgen_steps {
namespace {

Scope HistoryScope(Draft& draft) {
  Scope scope = {.window_field = "repetition_penalty_range"};
  const std::int64_t range = draft.Integer("repetition_penalty_range");
  if (range > 0) scope.window = range;
  return scope;
}

void AddRepetitionPenalty(Draft& draft) {
  AddPenalty(draft, "repetition_penalty", "repetition_penalty",
             HistoryScope(draft));
}

void AddPresencePenalty(Draft& draft) {
  AddPenalty(draft, "presence_penalty", "presence_penalty",
             HistoryScope(draft));
}

void AddFrequencyPenalty(Draft& draft) {
  AddPenalty(draft, "frequency_penalty", "frequency_penalty",
             HistoryScope(draft));
}

// The breakers: a list, or text that is one without its brackets.
std::vector<std::string> Breakers(Draft& draft) {
  const std::string text = draft.Text("dry_sequence_breakers");
  if (text.empty()) return Strings(draft, "dry_sequence_breakers");
  std::vector<std::string> breakers;
  std::string breaker;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && inside && i + 1 < text.size()) {
      const char c = text[++i];
      breaker += c == 'n' ? '\n' : c == 't' ? '\t' : c;
    } else if (text[i] == '"') {
      if (inside) breakers.push_back(std::exchange(breaker, ""));
      inside = !inside;
    } else if (inside) {
      breaker += text[i];
    }
  }
  if (inside) {
    draft.Reject("dry_sequence_breakers", "quoted texts with commas between");
  }
  return breakers;
}

std::vector<TokenIds> LastToken(const TokenTexts& texts,
                                absl::string_view text) {
  const TokenIds ids = Spell(texts, text);
  if (ids.empty()) return {};
  return {{ids.back()}};
}

void AddDryStage(Draft& draft) {
  const Scope scope = HistoryScope(draft);
  AddDry(draft, Breakers(draft),
         {.window = scope.window,
          .window_field = scope.window_field,
          .sequences = LastToken});
  if (draft.Real("dry_multiplier") > 0) {
    draft.Applied("dry_multiplier",
                  "textgen counts matches up to 50 tokens only");
  }
}

void AddTopNSigma(Draft& draft) {
  AddNumber(draft, "top_n_sigma", Off::kZeroOrLess, "top_n_sigma", "n",
            {{"sigma", "sample"}});
  if (draft.Real("top_n_sigma") > 0) {
    draft.Applied("top_n_sigma",
                  "textgen's own sigma counts removed tokens as 0");
  }
}

void AddTemperature(Draft& draft) {
  if (draft.Boolean("dynamic_temperature")) return;
  AddNumber(draft, "temperature", Off::kExactlyOne, "temperature",
            "temperature");
}

void AddDynamicTemperature(Draft& draft) {
  if (!draft.Boolean("dynamic_temperature")) return;
  draft.Add({"dynamic_temperature",
             {{"low", draft.Get("dynatemp_low")},
              {"high", draft.Get("dynatemp_high")},
              {"exponent", draft.Get("dynatemp_exponent")}}},
            {"dynamic_temperature", "dynatemp_low", "dynatemp_high",
             "dynatemp_exponent"});
  draft.HarmlessIfUnsaid({{"temperature"}},
                         "dynamic_temperature takes its place");
}

void AddTopK(Draft& draft) {
  AddNumber(draft, "top_k", Off::kZeroOrLess, "top_k", "k",
            {{"ties", "keep_all"}});
}

void AddTopP(Draft& draft) {
  AddNumber(draft, "top_p", Off::kOneOrMore, "top_p", "p",
            {{"tie_order", "high_id"}});
}

void AddTypicalP(Draft& draft) {
  AddNumber(draft, "typical_p", Off::kEnds, "typical_p", "p",
            {{"ties", "keep_all"}});
}

void AddEpsilonCutoff(Draft& draft) {
  AddTextGenCutoff(draft, "epsilon_cutoff");
}
void AddEtaCutoff(Draft& draft) { AddTextGenCutoff(draft, "eta_cutoff"); }

void AddTailFree(Draft& draft) {
  AddNumber(draft, "tfs", Off::kOneOrMore, "tail_free", "z", {{"offset", 1}});
}

void AddTopA(Draft& draft) {
  AddNumber(draft, "top_a", Off::kZeroOrLess, "top_a", "a");
}

void AddMinP(Draft& draft) {
  AddNumber(draft, "min_p", Off::kZeroOrLess, "min_p", "p");
}

// They draw, or must stand before the draw: see AddEnd.
void AddNothing(Draft&) {}

void AddXtcStage(Draft& draft) {
  TokenIds protect = draft.options().end_ids;
  if (draft.options().texts != nullptr) {
    for (const TokenId id : Spell(*draft.options().texts, "\n")) {
      protect.push_back(id);
    }
  }
  Value::Object options;
  if (!protect.empty()) options["protect"] = ToValue(protect);
  const std::size_t before = draft.config().stages.size();
  AddXtc(draft, std::move(options));
  const bool incomplete =
      draft.options().end_ids.empty() || draft.options().texts == nullptr;
  if (draft.config().stages.size() > before && incomplete) {
    draft.Applied("xtc_probability",
                  "textgen protects newline and end; give their ids "
                  "(--eos-ids, --vocab-file)");
  }
}

void AddEncoderPenalty(Draft& draft) {
  AddNumber(draft, "encoder_repetition_penalty", Off::kExactlyOne,
            "encoder_repetition_penalty", "penalty");
}

void AddNgrams(Draft& draft) {
  AddNumber(draft, "no_repeat_ngram_size", Off::kZeroOrLess, "no_repeat_ngram",
            "n");
}

StepTable Steps() {
  return {{"repetition_penalty", {"repetition_penalty"}, AddRepetitionPenalty},
          {"presence_penalty", {"presence_penalty"}, AddPresencePenalty},
          {"frequency_penalty", {"frequency_penalty"}, AddFrequencyPenalty},
          {"dry",
           {"dry_multiplier", "dry_base", "dry_allowed_length",
            "dry_sequence_breakers"},
           AddDryStage},
          {"top_n_sigma", {"top_n_sigma"}, AddTopNSigma},
          {"temperature", {"temperature"}, AddTemperature},
          {"dynamic_temperature",
           {"dynamic_temperature", "dynatemp_low", "dynatemp_high",
            "dynatemp_exponent"},
           AddDynamicTemperature},
          {"quadratic_sampling",
           {"smoothing_factor", "smoothing_curve"},
           AddQuadratic},
          {"top_k", {"top_k"}, AddTopK},
          {"top_p", {"top_p"}, AddTopP},
          {"typical_p", {"typical_p"}, AddTypicalP},
          {"epsilon_cutoff", {"epsilon_cutoff"}, AddEpsilonCutoff},
          {"eta_cutoff", {"eta_cutoff"}, AddEtaCutoff},
          {"tfs", {"tfs"}, AddTailFree},
          {"top_a", {"top_a"}, AddTopA},
          {"min_p", {"min_p"}, AddMinP},
          {"adaptive_p", {"adaptive_target", "adaptive_decay"}, AddNothing},
          {"mirostat",
           {"mirostat_mode", "mirostat_tau", "mirostat_eta"},
           AddNothing},
          {"xtc", {"xtc_probability", "xtc_threshold"}, AddXtcStage},
          {"encoder_repetition_penalty",
           {"encoder_repetition_penalty"},
           AddEncoderPenalty},
          {"no_repeat_ngram", {"no_repeat_ngram_size"}, AddNgrams}};
}

}  // namespace
}  // namespace textgen_steps

void AddTextGenCutoff(Draft& draft, absl::string_view name) {
  constexpr double kCutoffUnit = 1e-4;
  const double epsilon = draft.Real(name) * kCutoffUnit;
  if (epsilon <= 0) return;
  if (epsilon >= 1) {
    draft.Reject(name, "a number below 10000 (ten-thousandths)");
    return;
  }
  draft.Add({std::string(name), {{"epsilon", epsilon}}}, {name},
            "in ten-thousandths there");
}

const StepTable& TextGenSteps() {
  static const auto& steps = *new StepTable(textgen_steps::Steps());
  return steps;
}

}  // namespace sampler::importers

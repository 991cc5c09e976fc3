// llama.cpp b10573: server requests and command lines.
//
// Order: logit_bias, then the stages of `samplers`, then the draw (dist). With
// mirostat the chain is logit_bias, temperature, mirostat and nothing else.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sampler/config.h"
#include "sampler/importers/budget_steps.h"
#include "sampler/importers/formats/formats.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/steps.h"
#include "sampler/parameters/spelling.h"

namespace sampler::importers {
namespace {

constexpr std::int64_t kRandomSeed = 4294967295;

// ---- The stages of `samplers` -----------------------------------------------

// The window of a field: null for the whole context, nothing if it is off.
bool ReadWindow(Draft& draft, absl::string_view field,
                std::optional<std::int64_t>& window) {
  const std::int64_t n = draft.Integer(field);
  if (n == -1 && draft.Given(field)) {
    draft.Applied(field, "the whole context");
  }
  if (n > 0) window = n;
  return n != 0;
}

Value::Object KeepOptions(Draft& draft) {
  if (draft.Integer("min_keep") <= 1) return {};
  draft.Applied("min_keep", "min_keep of top_p, min_p, typical_p and xtc");
  return {{"min_keep", draft.Get("min_keep")}};
}

void AddPenalties(Draft& draft) {
  Scope scope = {.window_field = "repeat_last_n"};
  if (!ReadWindow(draft, "repeat_last_n", scope.window)) {
    for (const absl::string_view field :
         {"repeat_penalty", "frequency_penalty", "presence_penalty"}) {
      draft.HarmlessIfUnsaid({field}, "off: repeat_last_n is 0");
    }
    return;
  }
  AddPenalty(draft, "repeat_penalty", "repetition_penalty", scope);
  AddPenalty(draft, "frequency_penalty", "frequency_penalty", scope);
  AddPenalty(draft, "presence_penalty", "presence_penalty", scope);
}

void AddDryStage(Draft& draft) {
  DryRules rules = {.window = {}, .window_field = "dry_penalty_last_n"};
  if (!ReadWindow(draft, "dry_penalty_last_n", rules.window)) return;
  if (draft.Real("dry_multiplier") <= 0) return;
  if (draft.Real("dry_base") < 1) draft.UseDefault("dry_base", "below 1");
  if (draft.Given("dry_sequence_breakers") &&
      Strings(draft, "dry_sequence_breakers").empty() &&
      !IsFlag(draft.PointerOf("dry_sequence_breakers"))) {
    draft.Applied("dry_sequence_breakers",
                  "no breakers (llama-server itself refuses an empty list)");
  }
  AddDry(draft, Strings(draft, "dry_sequence_breakers"), rules);
}

void AddTopNSigma(Draft& draft) {
  AddNumber(draft, "top_n_sigma", Off::kZeroOrLess, "top_n_sigma", "n");
}

void AddTopK(Draft& draft) {
  AddNumber(draft, "top_k", Off::kZeroOrLess, "top_k", "k");
}

void AddTypicalP(Draft& draft) {
  if (draft.Real("typical_p") <= 0) {
    draft.Reject("typical_p", "a number > 0");
    return;
  }
  Value::Object options = KeepOptions(draft);
  options["equality"] = "continue";
  AddNumber(draft, "typical_p", Off::kOneOrMore, "typical_p", "p", options);
}

void AddTopP(Draft& draft) {
  AddNumber(draft, "top_p", Off::kOneOrMore, "top_p", "p", KeepOptions(draft));
}

void AddMinP(Draft& draft) {
  AddNumber(draft, "min_p", Off::kZeroOrLess, "min_p", "p", KeepOptions(draft));
}

void AddXtcStage(Draft& draft) {
  Value::Object options = KeepOptions(draft);
  options["fire"] = "le";
  AddXtc(draft, std::move(options));
}

void AddTemperature(Draft& draft) {
  if (AddDynamicRange(draft, "temperature", "dynatemp_range",
                      "dynatemp_exponent", "all", Inverted::kIsOff)) {
    return;
  }
  AddNumber(draft, "temperature", Off::kExactlyOne, "temperature",
            "temperature");
}

void AddInfill(Draft& draft) {
  draft.Derive("infill",
               "not a stage here: it merges tokens by their text, and ends the "
               "text by the mass of all ends",
               Outcome::kLost);
}

// It takes the place of the draw, wherever it was listed.
void AddNothing(Draft&) {}

struct Sampler {
  Step step;
  char letter;
};

const std::vector<Sampler>& Samplers() {
  static const auto& samplers = *new std::vector<Sampler>{
      {{"penalties",
        {"repeat_penalty", "frequency_penalty", "presence_penalty",
         "repeat_last_n"},
        AddPenalties},
       'e'},
      {{"dry",
        {"dry_multiplier", "dry_base", "dry_allowed_length",
         "dry_penalty_last_n", "dry_sequence_breakers"},
        AddDryStage},
       'd'},
      {{"top_n_sigma", {"top_n_sigma"}, AddTopNSigma}, 's'},
      {{"top_k", {"top_k"}, AddTopK}, 'k'},
      {{"typ_p", {"typical_p"}, AddTypicalP}, 'y'},
      {{"top_p", {"top_p"}, AddTopP}, 'p'},
      {{"min_p", {"min_p"}, AddMinP}, 'm'},
      {{"xtc", {"xtc_probability", "xtc_threshold"}, AddXtcStage}, 'x'},
      {{"temperature",
        {"temperature", "dynatemp_range", "dynatemp_exponent"},
        AddTemperature},
       't'},
      {{"infill", {}, AddInfill}, 'i'},
      {{"adaptive_p", {"adaptive_target", "adaptive_decay"}, AddNothing}, 'a'}};
  return samplers;
}

// Case does not matter, nor does how words are joined; some have other names.
const Sampler* FindSampler(absl::string_view name) {
  const auto joined = [](absl::string_view text) {
    return absl::StrReplaceAll(absl::AsciiStrToLower(text),
                               {{"_", ""}, {"-", ""}});
  };
  static const auto& synonyms = *new std::map<std::string, std::string>{
      {"nucleus", "topp"}, {"temp", "temperature"}, {"typ", "typp"}};
  std::string wanted = joined(name);
  const auto synonym = synonyms.find(wanted);
  if (synonym != synonyms.end()) wanted = synonym->second;
  for (const Sampler& sampler : Samplers()) {
    if (joined(sampler.step.name) == wanted) return &sampler;
  }
  return nullptr;
}

void ReportUnknownSampler(Draft& draft, absl::string_view name) {
  std::vector<absl::string_view> known;
  for (const Sampler& sampler : Samplers()) known.push_back(sampler.step.name);
  draft.Unknown("samplers", Value(std::string(name)),
                absl::StrCat("no sampler of llama.cpp, which drops it",
                             DidYouMean(name, known)));
}

std::vector<const Sampler*> ReadLetters(Draft& draft,
                                        const std::string& letters) {
  std::vector<const Sampler*> order;
  if (absl::StrContains(letters, ";") || FindSampler(letters) != nullptr) {
    draft.Reject("samplers",
                 "a list of names (text is read as letters, \"edskypmxt\")");
    return order;
  }
  for (const char letter : letters) {
    bool found = false;
    for (const Sampler& sampler : Samplers()) {
      if (sampler.letter != letter) continue;
      order.push_back(&sampler);
      found = true;
    }
    if (!found) ReportUnknownSampler(draft, std::string(1, letter));
  }
  return order;
}

std::vector<const Sampler*> ReadOrder(Draft& draft) {
  const Value& value = draft.Get("samplers");
  if (value.text() != nullptr) return ReadLetters(draft, *value.text());
  std::vector<const Sampler*> order;
  if (value.list() == nullptr) {
    draft.Reject("samplers", "a list of names, or letters");
  }
  for (const std::string& name : Strings(draft, "samplers")) {
    const Sampler* sampler = FindSampler(name);
    if (sampler != nullptr) {
      order.push_back(sampler);
    } else {
      ReportUnknownSampler(draft, name);
    }
  }
  return order;
}

// ---- The chain
// ----------------------------------------------------------------

void BuildMirostat(Draft& draft) {
  AddTemperature(draft);
  AddMirostat(draft, draft.Integer("mirostat"), "mirostat");
  for (const Sampler& sampler : Samplers()) {
    draft.HarmlessIfUnsaid(sampler.step.fields,
                           "llama.cpp ignores it under mirostat");
  }
  draft.HarmlessIfUnsaid({{"samplers", "min_keep"}},
                         "llama.cpp ignores it under mirostat");
}

void BuildChain(Draft& draft) {
  StepTable steps;
  for (const Sampler& sampler : Samplers()) steps.push_back(sampler.step);
  std::vector<const Step*> order;
  bool adaptive = false;
  for (const Sampler* sampler : ReadOrder(draft)) {
    order.push_back(FindStep(steps, sampler->step.name));
    adaptive |= sampler->letter == 'a';
    sampler->step.add(draft);
  }
  if (draft.Given("samplers")) {
    draft.Applied("samplers", "the order of the stages");
  }
  if (adaptive) {
    AddAdaptiveP(draft, /*off=*/draft.Real("adaptive_target") < 0);
  }
  ReportOmitted(steps, order, "its stage is not among the samplers", draft);
}

void Build(Draft& draft) {
  AddThinkingBudget(draft, {.tokens = "reasoning_budget_tokens",
                            .begin = "reasoning_budget_start_tag",
                            .end = "reasoning_budget_end_tags",
                            .message = "reasoning_budget_message"});
  AddLlamaBias(draft);
  AddEndBan(draft, "ignore_eos");
  if (draft.Integer("mirostat") > 0) {
    BuildMirostat(draft);
  } else {
    BuildChain(draft);
  }
  AddCategorical(draft, "rank", "llama.cpp draws from the array as it stands");
  const std::int64_t seed = draft.Integer("seed");
  if (seed < -1 || seed > kRandomSeed) {
    draft.Reject("seed", "an integer in [-1, 4294967295]");
    return;
  }
  ReadSeed(draft, "seed", /*random=*/seed == -1 || seed == kRandomSeed,
           draft.options().parity);
  if (draft.options().parity) {
    draft.config().rng = Rng::kLlamaCpp;
    draft.Derive("(random numbers)", "rng llama_cpp: the tokens of a seed too");
  }
}

std::vector<Setting> ReadText(absl::string_view text,
                              const ImportOptions& options,
                              std::vector<Problem>& problems) {
  if (IsGguf(text)) return ReadGguf(text, problems);
  if (IsIni(text)) return ReadIniPreset(text, options.section, problems);
  return ReadLlamaFlags(text, problems);
}

}  // namespace

const Runtime& LlamaCpp() {
  static const auto& runtime = *new Runtime{
      .name = "llama.cpp",
      .version = "llama.cpp b10573",
      .order =
          "logit_bias, samplers (penalties, dry, top_n_sigma, top_k, "
          "typ_p, top_p, min_p, xtc, temperature), dist",
      .fields = LlamaCppFields(),
      .build = Build,
      .leniency = {.truncates = true},
      .marks = {"generation_settings", "default_generation_settings",
                "n_predict", "samplers", "cache_prompt", "id_slot", "n_probs",
                "repeat_last_n", "dry_penalty_last_n", "timings_per_token",
                "typ_p", "post_sampling_probs", "n_keep"},
      .extras = {Extra::kSection},
      .read_text = ReadText};
  return runtime;
}

}  // namespace sampler::importers

#include "sampler/importers/runtimes/llama_cpp_samplers.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sampler/parameters/spelling.h"

namespace sampler::importers {
namespace {

// No context is longer.
constexpr std::int64_t kWholeContext = std::int64_t{1} << 20;

// The window of a field: null for the whole context, nothing if it is off.
bool ReadWindow(Draft& draft, absl::string_view field,
                std::optional<std::int64_t>& window) {
  const std::int64_t n = draft.Integer(field);
  const bool whole = n == -1 || n >= kWholeContext;
  if (whole && draft.Given(field)) {
    draft.Applied(field, n == -1 ? "the whole context (refused by llama.cpp "
                                   "since September 2026: say 1048576)"
                                 : "the whole context");
  }
  if (!whole && n != 0) window = n;
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

void AddInfill(Draft& draft) {
  draft.Derive("infill",
               "not a stage here: it merges tokens by their text, and ends the "
               "text by the mass of all ends",
               Outcome::kLost);
}

// It takes the place of the draw, wherever it was listed.
void AddNothing(Draft&) {}

// Case does not matter, nor does how words are joined; some have other names.
const LlamaSampler* FindSampler(absl::string_view name) {
  const auto joined = [](absl::string_view text) {
    return absl::StrReplaceAll(absl::AsciiStrToLower(text),
                               {{"_", ""}, {"-", ""}});
  };
  static const auto& synonyms = *new std::map<std::string, std::string>{
      {"nucleus", "topp"}, {"temp", "temperature"}, {"typ", "typp"}};
  std::string wanted = joined(name);
  const auto synonym = synonyms.find(wanted);
  if (synonym != synonyms.end()) wanted = synonym->second;
  for (const LlamaSampler& sampler : LlamaSamplers()) {
    if (joined(sampler.step.name) == wanted) return &sampler;
  }
  return nullptr;
}

void ReportUnknownSampler(Draft& draft, absl::string_view name) {
  std::vector<absl::string_view> known;
  for (const LlamaSampler& sampler : LlamaSamplers()) {
    known.push_back(sampler.step.name);
  }
  draft.Unknown("samplers", Value(std::string(name)),
                absl::StrCat("no sampler of llama.cpp, which drops it",
                             DidYouMean(name, known)));
}

std::vector<const LlamaSampler*> ReadLetters(Draft& draft,
                                             const std::string& letters) {
  std::vector<const LlamaSampler*> order;
  if (absl::StrContains(letters, ";") || FindSampler(letters) != nullptr) {
    draft.Reject("samplers",
                 "a list of names (text is read as letters, \"edskypmxt\")");
    return order;
  }
  for (const char letter : letters) {
    bool found = false;
    for (const LlamaSampler& sampler : LlamaSamplers()) {
      if (sampler.letter != letter) continue;
      order.push_back(&sampler);
      found = true;
    }
    if (!found) ReportUnknownSampler(draft, std::string(1, letter));
  }
  return order;
}

// What the ln n of a dynamic temperature counts: llama.cpp's array, which bans
// leave as it is and truncations shorten. parity has that array.
absl::string_view CountOfArray(Draft& draft) {
  if (draft.options().parity) return "all";
  bool banned = false;
  bool shortened = false;
  bool without_choices = false;
  for (const StageConfig& stage : draft.config().stages) {
    const std::string& type = stage.type;
    banned |= type == "logit_bias" || type == "suppress_tokens" ||
              type == "top_n_sigma";
    shortened |= type == "top_k" || type == "typical_p" || type == "top_p" ||
                 type == "min_p";
    without_choices |= type == "xtc";
  }
  return shortened || (without_choices && !banned) ? "finite" : "all";
}

}  // namespace

void AddLlamaTemperature(Draft& draft) {
  if (AddDynamicRange(draft, "temperature", "dynatemp_range",
                      "dynatemp_exponent", CountOfArray(draft),
                      Inverted::kIsOff)) {
    return;
  }
  AddNumber(draft, "temperature", Off::kExactlyOne, "temperature",
            "temperature");
}

const std::vector<LlamaSampler>& LlamaSamplers() {
  static const auto& samplers = *new std::vector<LlamaSampler>{
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
        AddLlamaTemperature},
       't'},
      {{"infill", {}, AddInfill}, 'i'},
      {{"adaptive_p", {"adaptive_target", "adaptive_decay"}, AddNothing}, 'a'}};
  return samplers;
}

std::vector<const LlamaSampler*> ReadSamplerOrder(Draft& draft) {
  const Value& value = draft.Get("samplers");
  if (value.text() != nullptr) return ReadLetters(draft, *value.text());
  std::vector<const LlamaSampler*> order;
  if (value.list() == nullptr) {
    draft.Reject("samplers", "a list of names, or letters");
  }
  for (const std::string& name : Strings(draft, "samplers")) {
    const LlamaSampler* sampler = FindSampler(name);
    if (sampler != nullptr) {
      order.push_back(sampler);
    } else {
      ReportUnknownSampler(draft, name);
    }
  }
  return order;
}

}  // namespace sampler::importers

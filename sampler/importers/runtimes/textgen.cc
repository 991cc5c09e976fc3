// text-generation-webui (2026-05): presets (as JSON) and requests.
//
// Order, of the transformers loader: what `sampler_priority` does not list, in
// the order in which the loader makes it; then what it lists. What it shares
// with Hugging Face works as there. The llama.cpp loader: textgen_llama.cc.

#include "sampler/importers/runtimes/textgen.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "sampler/candidate.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/steps.h"
#include "sampler/parameters/spelling.h"

namespace sampler::importers {
namespace textgen {
namespace {

// ---- The order
// ------------------------------------------------------------------

// The order in which the loader makes its steps.
constexpr absl::string_view kMadeOrder[] = {"encoder_repetition_penalty",
                                            "no_repeat_ngram",
                                            "temperature",
                                            "top_k",
                                            "top_p",
                                            "min_p",
                                            "typical_p",
                                            "epsilon_cutoff",
                                            "eta_cutoff",
                                            "dry",
                                            "repetition_penalty",
                                            "presence_penalty",
                                            "frequency_penalty",
                                            "tfs",
                                            "top_a",
                                            "top_n_sigma",
                                            "adaptive_p",
                                            "xtc",
                                            "dynamic_temperature",
                                            "quadratic_sampling",
                                            "mirostat"};

// Logits processors, which act without do_sample too.
bool ActsOnGreedy(const Step& step) {
  return step.name == "repetition_penalty" || step.name == "presence_penalty" ||
         step.name == "frequency_penalty" || step.name == "dry" ||
         step.name == "encoder_repetition_penalty" ||
         step.name == "no_repeat_ngram";
}

std::vector<absl::string_view> StepNames() {
  std::vector<absl::string_view> names;
  for (const Step& step : TextGenSteps()) names.push_back(step.name);
  return names;
}

std::vector<std::string> ListedNames(Draft& draft) {
  std::vector<std::string> names;
  if (draft.Get("sampler_priority").text() == nullptr) {
    return Strings(draft, "sampler_priority");
  }
  for (const absl::string_view name :
       absl::StrSplit(draft.Text("sampler_priority"), absl::ByAnyChar("\n,"),
                      absl::SkipWhitespace())) {
    names.emplace_back(absl::StripAsciiWhitespace(name));
  }
  return names;
}

bool Contains(const std::vector<const Step*>& order, const Step* step) {
  return std::find(order.begin(), order.end(), step) != order.end();
}

// Moves them to the end one after the other, or adds them there.
void PutTemperatureLast(std::vector<const Step*>& order) {
  for (const char* name :
       {"temperature", "dynamic_temperature", "quadratic_sampling"}) {
    const Step* step = FindStep(TextGenSteps(), name);
    const auto at = std::find(order.begin(), order.end(), step);
    if (at != order.end()) order.erase(at);
    order.push_back(step);
  }
}

std::vector<const Step*> ReadOrder(Draft& draft) {
  std::vector<const Step*> listed;
  for (const std::string& name : ListedNames(draft)) {
    const Step* step = FindStep(TextGenSteps(), name);
    if (step == nullptr) {
      draft.Unknown(
          "sampler_priority", name,
          absl::StrCat("no sampler of textgen", DidYouMean(name, StepNames())));
    } else if (!Contains(listed, step)) {
      listed.push_back(step);
    }
  }
  if (draft.Boolean("temperature_last")) {
    PutTemperatureLast(listed);
    draft.Applied("temperature_last", "temperature after the truncations");
  }
  if (draft.Given("sampler_priority")) {
    draft.Applied("sampler_priority",
                  "the order of the stages; what it does not list comes first");
  }
  std::vector<const Step*> order;
  for (const absl::string_view name : kMadeOrder) {
    const Step* step = FindStep(TextGenSteps(), name);
    if (!Contains(listed, step)) order.push_back(step);
  }
  order.insert(order.end(), listed.begin(), listed.end());
  return order;
}

// What draws by itself there ends the chain here.
void AddEnd(Draft& draft) {
  if (draft.Integer("mirostat_mode") == 1) {
    draft.Harmless("mirostat_mode", "textgen's loaders know version 2 only");
  } else if (draft.Integer("mirostat_mode") == 2) {
    AddMirostat(draft, 2, "mirostat_mode");
    draft.Applied("mirostat_mode",
                  "it draws in textgen: what follows it there is left out");
  }
  if (AddAdaptiveP(draft, draft.Real("adaptive_target") <= 0)) {
    draft.Applied("adaptive_target",
                  "directly before the draw, also where stages follow it in "
                  "textgen");
  }
}

void AddSampled(Draft& draft) {
  const std::vector<const Step*> order = ReadOrder(draft);
  const bool mirostat = draft.Integer("mirostat_mode") == 2;
  bool drawn = false;
  for (const Step* step : order) {
    drawn |= mirostat && step->name == "mirostat";
    if (!drawn) {
      step->add(draft);
    } else if (step->name != "mirostat") {
      draft.HarmlessIfUnsaid(step->fields, "mirostat has drawn before it");
    }
  }
  AddEnd(draft);
  AddCategorical(draft, "id", "a multinomial draw in textgen");
}

void AddGreedy(Draft& draft) {
  for (const Step* step : ReadOrder(draft)) {
    if (ActsOnGreedy(*step)) step->add(draft);
  }
  draft.config().stages.push_back({"greedy", {}});
  for (const Step& step : TextGenSteps()) {
    draft.HarmlessIfUnsaid(step.fields, "no sampling: the chain is greedy");
  }
}

void AddCustomBans(Draft& draft) {
  TokenIds ids;
  for (const absl::string_view word : absl::StrSplit(
           draft.Text("custom_token_bans"), ',', absl::SkipWhitespace())) {
    TokenId id = 0;
    if (!absl::SimpleAtoi(word, &id) || id < 0) {
      draft.Reject("custom_token_bans", "token ids with commas between");
      return;
    }
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  AddBan(draft, "custom_token_bans", ids);
}

void Build(Draft& draft) {
  RefuseParity(draft, "textgen draws from torch's global generator");
  AddNumber(draft, "guidance_scale", Off::kExactlyOne, "guidance", "scale");
  AddBiasMap(draft, "logit_bias");
  AddCustomBans(draft);
  AddEndBan(draft, "ban_eos_token");
  const bool zero =
      draft.Real("temperature") == 0 && !draft.Boolean("dynamic_temperature");
  if (zero) {
    draft.Applied("temperature", "greedy: textgen does not sample at 0");
  }
  if (!draft.Boolean("do_sample")) draft.Applied("do_sample", "greedy");
  if (zero || !draft.Boolean("do_sample")) {
    AddGreedy(draft);
  } else {
    AddSampled(draft);
  }
  ReadSeed(draft, "seed", /*random=*/draft.Integer("seed") == -1, false);
}

}  // namespace
}  // namespace textgen

const Runtime& TextGen() {
  static const auto& runtime = *new Runtime{
      .name = "textgen",
      .version = "text-generation-webui (2026-05)",
      .order =
          "guidance, bans, what sampler_priority does not list, "
          "sampler_priority (repetition, presence, "
          "frequency penalty, dry, top_n_sigma, temperature, dynamic "
          "temperature, quadratic, top_k, top_p, typical_p, epsilon, eta, "
          "tfs, top_a, min_p, adaptive_p, mirostat, xtc, encoder "
          "repetition penalty, no_repeat_ngram), draw",
      .fields = TextGenFields(),
      .build = textgen::Build,
      .leniency = {.texts = true, .empty_lists = true},
      .marks = {"sampler_priority", "repetition_penalty_range",
                "custom_token_bans", "auto_max_new_tokens", "mirostat_mode",
                "dynamic_temperature", "dynatemp_low", "dynatemp_high",
                "encoder_repetition_penalty", "no_repeat_ngram_size",
                "temperature_last", "max_tokens_second", "guidance_scale",
                "epsilon_cutoff", "eta_cutoff", "penalty_alpha",
                "truncation_length", "grammar_string"},
      .extras = {Extra::kLoader},
      .translate = TextGenLoader};
  return runtime;
}

}  // namespace sampler::importers

// llama.cpp b10573: server requests and command lines.
//
// Order: logit_bias, then the stages of `samplers`, then the draw (dist). With
// mirostat the chain is logit_bias, temperature, mirostat and nothing else.

#include <cstdint>
#include <string>
#include <vector>

#include "sampler/config.h"
#include "sampler/importers/budget_steps.h"
#include "sampler/importers/formats/formats.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/runtimes/llama_cpp_samplers.h"
#include "sampler/importers/steps.h"

namespace sampler::importers {
namespace llama_cpp {
namespace {

constexpr std::int64_t kRandomSeed = 4294967295;

void BuildMirostat(Draft& draft) {
  AddLlamaTemperature(draft);
  AddMirostat(draft, draft.Integer("mirostat"), "mirostat");
  for (const LlamaSampler& sampler : LlamaSamplers()) {
    draft.HarmlessIfUnsaid(sampler.step.fields,
                           "llama.cpp ignores it under mirostat");
  }
  draft.HarmlessIfUnsaid({{"samplers", "min_keep"}},
                         "llama.cpp ignores it under mirostat");
}

void BuildChain(Draft& draft) {
  StepTable steps;
  for (const LlamaSampler& sampler : LlamaSamplers()) {
    steps.push_back(sampler.step);
  }
  std::vector<const Step*> order;
  bool adaptive = false;
  for (const LlamaSampler* sampler : ReadSamplerOrder(draft)) {
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
}  // namespace llama_cpp

const Runtime& LlamaCpp() {
  static const auto& runtime = *new Runtime{
      .name = "llama.cpp",
      .version = "llama.cpp b10573",
      .order =
          "logit_bias, samplers (penalties, dry, top_n_sigma, top_k, "
          "typ_p, top_p, min_p, xtc, temperature), dist",
      .fields = LlamaCppFields(),
      .build = llama_cpp::Build,
      .leniency = {.truncates = true},
      .marks = {"generation_settings", "default_generation_settings",
                "n_predict", "samplers", "cache_prompt", "id_slot", "n_probs",
                "repeat_last_n", "dry_penalty_last_n", "timings_per_token",
                "typ_p", "post_sampling_probs", "n_keep"},
      .extras = {Extra::kSection},
      .read_text = llama_cpp::ReadText};
  return runtime;
}

}  // namespace sampler::importers

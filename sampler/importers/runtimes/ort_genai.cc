// ONNX Runtime GenAI (2026): the "search" of genai_config.json.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/steps.h"
#include "sampler/parameters/spelling.h"

namespace sampler::importers {
namespace ort_genai {
namespace {

using enum FieldKind;

FieldTable Fields() {
  const FieldTable sampling = {
      {"min_length", kInteger, 0, AtLeast(0), "min_tokens, count total"},
      {"eos_token_id", kAny, {}, {}, "the end ids of min_length"},
      {"repetition_penalty", kReal, 1.0, Above(0),
       "repetition_penalty, scope both"},
      {"do_sample",
       kBoolean,
       false,
       {},
       "false: greedy, and the settings below have no effect"},
      {"top_k", kInteger, 50, AtLeast(0), "top_k; 0 is off, 1 is greedy"},
      {"temperature", kReal, 1.0, AtLeast(0),
       "temperature, after top_k; 0 is greedy"},
      {"top_p", kReal, 0.0, Between(0, 1),
       "top_p, after temperature; 0 is off with a top_k, and greedy without"},
      {"random_seed", kInteger, -1, kFinite, "seed; -1 is random"}};
  return Join(
      {sampling, Lost(kBeams, {"num_beams"}, 1),
       Idle("a setting of beam search alone",
            {"length_penalty", "early_stopping", "diversity_penalty"}),
       Idle("read by it and never used", {"no_repeat_ngram_size"}),
       Idle(kSeveralSequences, {"num_return_sequences", "batch_size"}),
       Idle("where the text ends is the caller's loop, not the sampler's",
            {"max_length"}),
       Idle("not a sampling setting",
            {"past_present_share_buffer", "chunk_size", "model", "engine",
             "search"})});
}

// The members of "search", and the end ids of "model".
void Collect(const Value::Object& root, const ImportOptions&,
             std::vector<Setting>& settings, std::vector<Problem>&) {
  const auto search = root.find("search");
  if (search == root.end() || search->second.object() == nullptr) {
    for (const auto& [name, value] : root) {
      settings.push_back({name, absl::StrCat("/", EscapePointer(name)), value});
    }
    return;
  }
  for (const auto& [name, value] : *search->second.object()) {
    settings.push_back(
        {name, absl::StrCat("/search/", EscapePointer(name)), value});
  }
  const auto model = root.find("model");
  if (model == root.end() || model->second.object() == nullptr) return;
  const auto end = model->second.object()->find("eos_token_id");
  if (end == model->second.object()->end()) return;
  settings.push_back({"eos_token_id", "/model/eos_token_id", end->second});
}

void AddSampled(Draft& draft) {
  const bool top_k = draft.Integer("top_k") > 1;
  AddNumber(draft, "top_k", Off::kZeroOrLess, "top_k", "k");
  AddNumber(draft, "temperature", Off::kExactlyOne, "temperature",
            "temperature");
  if (!top_k && draft.Real("top_p") == 0) {
    // Its nucleus of no mass ends with the likeliest token.
    draft.Add({"top_p", {{"p", 0.0}}}, {"top_p"},
              "without a top_k: the likeliest token alone");
  }
  AddNumber(draft, "top_p", Off::kEnds, "top_p", "p");
  AddCategorical(draft, "rank", "it draws from a sorted list");
}

void Build(Draft& draft) {
  RefuseParity(draft, "the runtime's random numbers are not offered");
  if (draft.Integer("min_length") > 0) {
    AddMinTokens(draft, "min_length", ReadIds(draft, "eos_token_id"), "total");
    draft.Applied("eos_token_id", "end ids of min_tokens");
  }
  AddPenalty(draft, "repetition_penalty", "repetition_penalty", {});
  const bool greedy = !draft.Boolean("do_sample") ||
                      draft.Integer("top_k") == 1 ||
                      draft.Real("temperature") == 0;
  if (greedy) {
    draft.Add({"greedy", {}}, {"do_sample"});
    draft.HarmlessIfUnsaid({{"top_k", "temperature", "top_p"}},
                           "no sampling: the choice is greedy");
  } else {
    draft.Applied("do_sample", "the settings below it are in force");
    AddSampled(draft);
  }
  ReadSeed(draft, "random_seed",
           /*random=*/draft.Integer("random_seed") == -1,
           /*same_numbers=*/false);
}

}  // namespace
}  // namespace ort_genai

const Runtime& OrtGenAi() {
  static const auto& runtime = *new Runtime{
      .name = "ort-genai",
      .version = "ONNX Runtime GenAI (2026)",
      .order =
          "min_length, repetition_penalty, then with do_sample: top_k, "
          "temperature, top_p, draw",
      .fields = ort_genai::Fields(),
      .build = ort_genai::Build,
      .marks = {"search", "search/past_present_share_buffer",
                "search/do_sample", "past_present_share_buffer"},
      .collect = ort_genai::Collect};
  return runtime;
}

}  // namespace sampler::importers

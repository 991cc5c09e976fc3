// Text Generation Inference 3 (archived 2026): /generate bodies. It samples as
// soon as any of the warpers is set, whatever do_sample says.

#include <cstdint>

#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/steps.h"

namespace sampler::importers {
namespace tgi {
namespace {

using enum FieldKind;

constexpr Range kOpenUnit = {
    .low = 0, .high = 1, .low_open = true, .high_open = true};

FieldTable Fields() {
  const FieldTable sampling = {
      {"repetition_penalty", kReal, 1.0, Above(0),
       "repetition_penalty, scope both"},
      {"frequency_penalty", kReal, 0.0, Between(-2, 2),
       "frequency_penalty, scope both"},
      {"do_sample",
       kBoolean,
       false,
       {},
       "false is greedy, unless a setting below is given"},
      {"temperature", kReal, 1.0, Above(0), "temperature"},
      {"top_k", kInteger, {}, Above(0), "top_k, ties keep_all"},
      {"top_p", kReal, {}, kOpenUnit, "top_p, tie_order high_id"},
      {"typical_p", kReal, {}, kOpenUnit, "typical_p, ties keep_all"},
      {"seed", kInteger, {}, AtLeast(0), "seed"}};
  return Join(
      {sampling,
       Lost("the grammar's bitmask goes to a mask stage", {"grammar"}),
       Lost("a watermark of TGI's own", {"watermark"}),
       Lost("the best of several texts is the caller's choice", {"best_of"}, 1),
       Idle(kReported, {"details", "decoder_input_details", "top_n_tokens"}),
       Idle("where the text ends is the caller's loop, not the sampler's",
            {"max_new_tokens", "stop", "stop_sequences"}),
       Idle("not a sampling setting",
            {"inputs", "stream", "truncate", "return_full_text", "adapter_id",
             "model", "options", "use_cache", "wait_for_model"})});
}

bool Samples(Draft& draft) {
  return draft.Boolean("do_sample") || draft.Real("temperature") != 1 ||
         draft.Has("top_k") || draft.Has("top_p") || draft.Has("typical_p");
}

void Build(Draft& draft) {
  RefuseParity(draft, "TGI draws from torch's generators");
  AddPenalty(draft, "repetition_penalty", "repetition_penalty", {});
  AddPenalty(draft, "frequency_penalty", "frequency_penalty", {});
  if (!Samples(draft)) {
    draft.Add({"greedy", {}}, {"do_sample"});
  } else {
    draft.Applied("do_sample",
                  draft.Boolean("do_sample")
                      ? "it samples"
                      : "it samples all the same: another setting is given");
    AddNumber(draft, "temperature", Off::kExactlyOne, "temperature",
              "temperature");
    AddNumber(draft, "top_k", Off::kZeroOrLess, "top_k", "k",
              {{"ties", "keep_all"}});
    AddNumber(draft, "top_p", Off::kOneOrMore, "top_p", "p",
              {{"tie_order", "high_id"}});
    AddNumber(draft, "typical_p", Off::kOneOrMore, "typical_p", "p",
              {{"ties", "keep_all"}});
    AddCategorical(draft, "id", "a multinomial draw in TGI");
  }
  ReadSeed(draft, "seed", /*random=*/false, /*same_numbers=*/false);
}

}  // namespace
}  // namespace tgi

const Runtime& Tgi() {
  static const auto& runtime = *new Runtime{
      .name = "tgi",
      .version = "Text Generation Inference 3",
      .order =
          "watermark, repetition, frequency penalty, grammar, temperature, "
          "top_k, top_p, typical_p, draw",
      .fields = tgi::Fields(),
      .containers = {"parameters"},
      .build = tgi::Build,
      .marks = {"inputs", "parameters", "decoder_input_details", "top_n_tokens",
                "return_full_text"}};
  return runtime;
}

}  // namespace sampler::importers

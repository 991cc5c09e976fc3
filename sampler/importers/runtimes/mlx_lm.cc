// MLX-LM (2026): requests of its server, arguments of its sampler.
//
// The truncations are judged at temperature 1, and the temperature comes last;
// penalties look 20 tokens back.

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/candidate.h"
#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/steps.h"

namespace sampler::importers {
namespace mlx_lm {
namespace {

using enum FieldKind;

FieldTable Fields() {
  const FieldTable sampling = {
      {"logit_bias", kMap, {}, {}, "logit_bias"},
      {"repetition_penalty", kReal, 0.0, AtLeast(0),
       "repetition_penalty, scope both; 0 and 1 are off"},
      {"repetition_context_size", kInteger, 20, AtLeast(0),
       "window of repetition_penalty"},
      {"presence_penalty", kReal, 0.0, kFinite, "presence_penalty, scope both"},
      {"presence_context_size", kInteger, 20, AtLeast(0),
       "window of presence_penalty"},
      {"frequency_penalty", kReal, 0.0, kFinite,
       "frequency_penalty, scope both"},
      {"frequency_context_size", kInteger, 20, AtLeast(0),
       "window of frequency_penalty"},
      {"top_p",
       kReal,
       0.0,
       Between(0, 1),
       "top_p, tie_order high_id; 0 and 1 are off",
       {"--top-p"}},
      {"min_p", kReal, 0.0, Between(0, 1), "min_p", {"--min-p"}},
      {"min_tokens_to_keep",
       kInteger,
       1,
       AtLeast(1),
       "min_keep of min_p",
       {"--min-tokens-to-keep"}},
      {"xtc_probability",
       kReal,
       0.0,
       Between(0, 1),
       "xtc, fire le, protect_rule spare",
       {"--xtc-probability"}},
      {"xtc_threshold",
       kReal,
       0.1,
       Between(0, 0.5),
       "xtc",
       {"--xtc-threshold"}},
      {"xtc_special_tokens", kList, {}, {}, "protected tokens of xtc"},
      {"top_k", kInteger, 0, AtLeast(0), "top_k; 0 is off", {"--top-k"}},
      {"temperature",
       kReal,
       0.0,
       AtLeast(0),
       "temperature, after the truncations; 0 is greedy",
       {"temp", "--temp"}},
      {"seed", kInteger, {}, kFinite, "seed", {"--seed"}}};
  return Join(
      {sampling,
       Lost(kGrammar, {"response_format"}, Value::Object{{"type", "text"}}),
       Idle("not a sampling setting",
            {"adapter", "adapters", "draft_model", "num_draft_tokens",
             "role_mapping", "max_kv_size", "kv_bits", "kv_group_size",
             "quantized_kv_start"}),
       RequestFields(), EndFields(), AnswerFields()});
}

void AddMlxPenalty(Draft& draft, absl::string_view field,
                   absl::string_view window_field) {
  if (draft.Real(field) == 0) return;
  const std::int64_t window = draft.Integer(window_field);
  Scope scope = {.window_field = window_field};
  // A slice from -0 is the whole list.
  if (window > 0) scope.window = window;
  AddPenalty(draft, field, field, scope);
}

void AddXtcStage(Draft& draft) {
  Value::Object options = {{"fire", "le"}};
  TokenIds protect = ReadIds(draft, "xtc_special_tokens");
  for (const TokenId id : draft.options().end_ids) protect.push_back(id);
  if (!protect.empty()) {
    options["protect"] = ToValue(protect);
    options["protect_rule"] = "spare";
  }
  const std::size_t before = draft.config().stages.size();
  AddXtc(draft, std::move(options));
  if (draft.config().stages.size() == before) return;
  if (draft.Given("xtc_special_tokens")) {
    draft.Applied("xtc_special_tokens",
                  "protected tokens of xtc: they count as choices, and stay");
  }
  if (protect.empty()) {
    draft.Lost("xtc_probability",
               "MLX-LM's server protects newline and end; give their ids "
               "(--eos-ids)");
  }
}

void AddSampled(Draft& draft) {
  AddNumber(draft, "top_p", Off::kEnds, "top_p", "p",
            {{"tie_order", "high_id"}});
  Value::Object options;
  if (draft.Integer("min_tokens_to_keep") > 1) {
    options["min_keep"] = draft.Get("min_tokens_to_keep");
    draft.Applied("min_tokens_to_keep", "min_keep of min_p");
  }
  AddNumber(draft, "min_p", Off::kZeroOrLess, "min_p", "p", options);
  AddXtcStage(draft);
  AddNumber(draft, "top_k", Off::kZeroOrLess, "top_k", "k");
  AddNumber(draft, "temperature", Off::kExactlyOne, "temperature",
            "temperature");
  AddCategorical(draft, "id", "a categorical draw in MLX");
}

void Build(Draft& draft) {
  RefuseParity(draft, "MLX's random numbers are not offered");
  AddBiasMap(draft, "logit_bias");
  AddMlxPenalty(draft, "repetition_penalty", "repetition_context_size");
  AddMlxPenalty(draft, "presence_penalty", "presence_context_size");
  AddMlxPenalty(draft, "frequency_penalty", "frequency_context_size");
  if (draft.Real("temperature") == 0) {
    draft.Add({"greedy", {}}, {"temperature"});
    draft.HarmlessIfUnsaid(
        {{"top_p", "min_p", "min_tokens_to_keep", "xtc_probability",
          "xtc_threshold", "xtc_special_tokens", "top_k"}},
        "greedy: the temperature is 0");
  } else {
    AddSampled(draft);
  }
  ReadSeed(draft, "seed", /*random=*/false, /*same_numbers=*/false);
}

}  // namespace
}  // namespace mlx_lm

const Runtime& MlxLm() {
  static const auto& runtime = *new Runtime{
      .name = "mlx-lm",
      .version = "MLX-LM (2026)",
      .order =
          "logit_bias, repetition, presence, frequency penalty, top_p, min_p, "
          "xtc, top_k, temperature, draw",
      .fields = mlx_lm::Fields(),
      .build = mlx_lm::Build,
      .marks = {"repetition_context_size", "presence_context_size",
                "frequency_context_size", "num_draft_tokens", "role_mapping",
                "min_tokens_to_keep", "xtc_special_tokens"}};
  return runtime;
}

}  // namespace sampler::importers

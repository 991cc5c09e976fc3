// TensorRT-LLM (2026): SamplingParams, and requests of its server. With nothing
// set it is greedy.

#include <algorithm>
#include <cstdint>
#include <utility>

#include "sampler/candidate.h"
#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/steps.h"

namespace sampler::importers {
namespace tensorrt_llm {
namespace {

using enum FieldKind;

FieldTable Fields() {
  constexpr Range kShare = {.low = 0, .high = 1, .low_open = true};
  const FieldTable sampling = {
      {"logit_bias", kMap, {}, {}, "logit_bias"},
      {"repetition_penalty", kReal, 1.0, Above(0),
       "repetition_penalty, scope both"},
      {"presence_penalty", kReal, 0.0, kFinite, "presence_penalty, scope both"},
      {"frequency_penalty", kReal, 0.0, kFinite,
       "frequency_penalty, scope both"},
      {"bad_token_ids", kList, {}, {}, "suppress_tokens"},
      {"no_repeat_ngram_size", kInteger, 0, AtLeast(0), "no_repeat_ngram"},
      {"min_tokens", kInteger, 0, AtLeast(0), "min_tokens"},
      {"end_id", kInteger, {}, {}, "the end id of min_tokens"},
      {"stop_token_ids", kList, {}, {}, "stop ids of min_tokens"},
      {"temperature", kReal, {}, AtLeast(0), "temperature; 0 is greedy"},
      {"min_p", kReal, {}, Between(0, 1), "min_p, before top_k; 1 is greedy"},
      {"top_k",
       kInteger,
       {},
       AtLeast(0),
       "top_k, ties keep_all; 0 is off, 1 is greedy"},
      {"top_p", kReal, {}, Between(0, 1), "top_p; 0 is greedy"},
      {"top_p_decay", kReal, 1.0, kShare, "decay of top_p; 1 is off"},
      {"top_p_min", kReal, 1e-6, kShare.WhenUsed(), "least of top_p"},
      {"top_p_reset_ids", kInteger, -1, AtLeast(-1).WhenUsed(),
       "reset_id of top_p; -1 is none"},
      {"seed", kInteger, {}, kFinite, "seed"}};
  return Join(
      {sampling,
       Lost("a tensor over the vocabulary, of which a file holds none",
            {"embedding_bias"}),
       Lost("text, which its tokenizer spells", {"bad"}),
       Lost("the grammar's bitmask goes to a mask stage",
            {"guided_decoding", "guided_decoding_params"}),
       Lost("the grammar's bitmask goes to a mask stage", {"response_format"},
            Value::Object{{"type", "text"}}),
       Lost("a processor of the caller's: register a stage of your own",
            {"logits_processor"}),
       Lost("the prompt's tokens do not count for penalties",
            {"prompt_ignore_length"}),
       Idle("a setting of beam search alone",
            {"beam_width_array", "beam_search_diversity_rate"}),
       Idle("where the text ends is the caller's loop, not the sampler's",
            {"ignore_eos"}),
       Idle(kReported,
            {"return_context_logits", "return_generation_logits",
             "return_encoder_output", "return_perf_metrics",
             "exclude_input_from_output", "additional_model_outputs"}),
       Idle("not a sampling setting",
            {"pad_id", "lora_request", "prompt_adapter_request",
             "disaggregated_params", "lookahead_config", "embedding_bias_*"}),
       RequestFields(), EndFields(), AnswerFields()});
}

bool IsGreedy(Draft& draft) {
  const bool nothing = !draft.Has("temperature") && !draft.Has("top_k") &&
                       !draft.Has("top_p") && !draft.Has("min_p");
  const auto is = [&](absl::string_view field, double value) {
    return draft.Has(field) && draft.Real(field) == value;
  };
  return nothing || is("temperature", 0) || is("top_p", 0) || is("top_k", 1) ||
         is("min_p", 1);
}

void AddEdits(Draft& draft) {
  AddBiasMap(draft, "logit_bias");
  AddPenalty(draft, "repetition_penalty", "repetition_penalty", {});
  AddPenalty(draft, "frequency_penalty", "frequency_penalty", {});
  AddPenalty(draft, "presence_penalty", "presence_penalty", {});
  AddBan(draft, "bad_token_ids", ReadIds(draft, "bad_token_ids"));
  AddNumber(draft, "no_repeat_ngram_size", Off::kZeroOrLess, "no_repeat_ngram",
            "n");
  if (draft.Integer("min_tokens") <= 0) return;
  TokenIds ends = ReadIds(draft, "stop_token_ids");
  for (const TokenId id : ReadIds(draft, "end_id")) ends.push_back(id);
  AddMinTokens(draft, "min_tokens", ends, "output");
  if (draft.Given("end_id")) draft.Applied("end_id", "end id of min_tokens");
  if (draft.Given("stop_token_ids")) {
    draft.Applied("stop_token_ids", "stop ids of min_tokens");
  }
}

// A top_p that falls from token to token; it may begin at 1.
void AddTopP(Draft& draft) {
  if (draft.Real("top_p_decay") >= 1) {
    AddNumber(draft, "top_p", Off::kOneOrMore, "top_p", "p");
    draft.HarmlessIfUnsaid({{"top_p_min", "top_p_reset_ids"}},
                           "a setting of top_p_decay alone");
    return;
  }
  const double p = draft.Has("top_p") ? draft.Real("top_p") : 1.0;
  Value::Object top_p = {{"p", p},
                         {"decay", draft.Get("top_p_decay")},
                         {"least", std::min(p, draft.Real("top_p_min"))}};
  const std::int64_t reset = draft.Integer("top_p_reset_ids");
  if (reset >= 0) {
    top_p["reset_id"] = reset;
    draft.Applied("top_p_reset_ids", "reset_id of top_p");
  }
  draft.HarmlessIfUnsaid({{"top_p_reset_ids"}}, "-1: no token does");
  if (draft.Has("top_p")) draft.Applied("top_p", "p of top_p, which decays");
  draft.Add({"top_p", std::move(top_p)}, {"top_p_decay", "top_p_min"});
  if (draft.Real("top_p_min") > p) {
    draft.Lost("top_p_min", "above top_p, which would rise to it");
  }
}

void Build(Draft& draft) {
  RefuseParity(draft, "the runtime's random numbers are not offered");
  AddEdits(draft);
  if (IsGreedy(draft)) {
    draft.Derive("(draw)", "greedy: nothing asks for sampling");
    draft.config().stages.push_back({"greedy", {}});
    draft.HarmlessIfUnsaid({{"temperature", "min_p", "top_k", "top_p",
                             "top_p_decay", "top_p_min", "top_p_reset_ids"}},
                           "the choice is greedy");
  } else {
    AddNumber(draft, "temperature", Off::kExactlyOne, "temperature",
              "temperature");
    AddNumber(draft, "min_p", Off::kZeroOrLess, "min_p", "p");
    AddNumber(draft, "top_k", Off::kZeroOrLess, "top_k", "k",
              {{"ties", "keep_all"}});
    AddTopP(draft);
    AddCategorical(draft, "id", "a draw from what is left");
  }
  ReadSeed(draft, "seed", /*random=*/false, /*same_numbers=*/false);
}

}  // namespace
}  // namespace tensorrt_llm

const Runtime& TensorRtLlm() {
  static const auto& runtime = *new Runtime{
      .name = "tensorrt-llm",
      .version = "TensorRT-LLM (2026)",
      .order =
          "logit_bias, repetition, frequency, presence penalty, bad words, "
          "no_repeat_ngram, min_tokens, temperature, min_p, top_k, top_p, draw",
      .fields = tensorrt_llm::Fields(),
      .containers = {"sampling_params", "extra_body", "body"},
      .build = tensorrt_llm::Build,
      .leniency = {.texts = true},
      .marks = {"end_id", "bad_token_ids", "embedding_bias", "top_p_decay",
                "top_p_min", "top_p_reset_ids", "beam_width_array",
                "guided_decoding", "lookahead_config", "prompt_ignore_length"},
      .server_defaults = {"temperature", "top_p", "top_k", "min_p",
                          "repetition_penalty", "no_repeat_ngram_size"}};
  return runtime;
}

}  // namespace sampler::importers

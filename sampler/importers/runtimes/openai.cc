// OpenAI's chat and completion requests. Extensions of vLLM and SGLang are
// known and refused an effect: import them under the server's own name.
//
// The order of OpenAI's own chain is not published; this is that of the servers
// that speak its protocol.

#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/steps.h"

namespace sampler::importers {
namespace openai {
namespace {

using enum FieldKind;

FieldTable Fields() {
  const FieldTable bias = {
      {"logit_bias", kMap, {}, {}, "logit_bias, clamped to [-100, 100]"}};
  const FieldTable choices = {
      {"temperature", kReal, 1.0, Between(0, 2), "temperature; 0 is greedy"},
      {"top_p", kReal, 1.0, Between(0, 1), "top_p"},
      {"seed", kInteger, {}, kFinite, "seed"}};
  return Join(
      {bias, OutputPenaltyFields(), choices,
       Lost(kGrammar, {"response_format"}, Value::Object{{"type", "text"}}),
       Idle("an extension of vLLM: import it as vllm",
            {"stop_token_ids", "ignore_eos", "allowed_token_ids", "bad_words",
             "structured_outputs", "guided_json", "guided_regex",
             "guided_choice", "guided_grammar"}),
       Idle("an extension of vLLM and SGLang: import it as vllm or sglang",
            {"top_k", "min_p", "repetition_penalty", "min_tokens"}),
       Idle("an extension of SGLang: import it as sglang",
            {"regex", "ebnf", "json_schema", "custom_params"}),
       RequestFields(), EndFields(), AnswerFields()});
}

void Build(Draft& draft) {
  RefuseParity(draft, "OpenAI's random numbers are not published");
  AddPenalty(draft, "frequency_penalty", "frequency_penalty",
             {.scope = "output"});
  AddPenalty(draft, "presence_penalty", "presence_penalty",
             {.scope = "output"});
  AddBiasMap(draft, "logit_bias", 100.0);
  AddNumber(draft, "temperature", Off::kExactlyOne, "temperature",
            "temperature");
  AddNumber(draft, "top_p", Off::kOneOrMore, "top_p", "p");
  AddCategorical(draft, "id", "a draw from what is left");
  ReadSeed(draft, "seed", /*random=*/false, /*same_numbers=*/false);
}

}  // namespace
}  // namespace openai

const Runtime& OpenAi() {
  static const auto& runtime = *new Runtime{
      .name = "openai",
      .version = "OpenAI API",
      .order =
          "frequency_penalty, presence_penalty, logit_bias, temperature, "
          "top_p (the order is not published)",
      .fields = openai::Fields(),
      .containers = {"extra_body", "body"},
      .build = openai::Build,
      .leniency = {.texts = true},
      .marks = {"service_tier", "max_completion_tokens", "safety_identifier",
                "prompt_cache_key", "reasoning_effort", "verbosity",
                "max_output_tokens", "instructions"}};
  return runtime;
}

}  // namespace sampler::importers

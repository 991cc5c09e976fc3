// OpenVINO GenAI (2026): its GenerationConfig, read from the model's
// generation_config.json. Only the file's name is Hugging Face's: there is no
// top_k 50, and top_k comes first.

#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/steps.h"

namespace sampler::importers {
namespace openvino {
namespace {

using enum FieldKind;

FieldTable Fields() {
  const FieldTable sampling = {
      {"min_new_tokens", kInteger, 0, AtLeast(0), "min_tokens"},
      {"eos_token_id",
       kAny,
       {},
       {},
       "the end ids of min_new_tokens",
       {"stop_token_ids"}},
      {"repetition_penalty", kReal, 1.0, Above(0),
       "repetition_penalty, scope both"},
      {"presence_penalty", kReal, 0.0, Between(-2, 2),
       "presence_penalty, scope output"},
      {"frequency_penalty", kReal, 0.0, Between(-2, 2),
       "frequency_penalty, scope output"},
      {"do_sample",
       kBoolean,
       false,
       {},
       "false: greedy, and the settings below have no effect"},
      {"top_k", kInteger, 0, AtLeast(0).WhenUsed(), "top_k; 0 is off"},
      {"temperature", kReal, 1.0, Above(0).WhenUsed(),
       "temperature, after top_k"},
      {"min_p", kReal, 0.0, Between(0, 1).WhenUsed(), "min_p, last"},
      {"top_p", kReal, 1.0, Between(0, 1).WhenUsed(),
       "top_p, equality continue, of the mass before min_p"},
      {"rng_seed", kInteger, 0, AtLeast(0), "seed"}};
  return Join(
      {sampling, Lost(kBeams, {"num_beams", "num_beam_groups"}, 1),
       Idle("a setting of beam search alone",
            {"diversity_penalty", "length_penalty", "stop_criteria",
             "no_repeat_ngram_size", "early_stopping"}),
       Lost("the grammar's bitmask goes to a mask stage",
            {"structured_output_config"}),
       Lost("a reasoning budget is the caller's: it forces tokens",
            {"reasoning_budget_tokens"}),
       Idle(kSeveralSequences, {"num_return_sequences"}),
       Idle(kReported, {"logprobs", "echo"}),
       Idle("where the text ends is the caller's loop, not the sampler's",
            {"max_new_tokens", "max_length", "ignore_eos", "stop_strings",
             "include_stop_str_in_output"}),
       Idle("a draft model is the caller's",
            {"num_assistant_tokens", "assistant_confidence_threshold",
             "max_ngram_size"}),
       Idle("not a sampling setting",
            {"pad_token_id", "bos_token_id", "decoder_start_token_id",
             "transformers_version", "_from_model_config", "use_cache",
             "apply_chat_template", "adapters", "enable_thinking",
             "thinking_start_token_id", "thinking_end_token_id",
             "is_multilingual", "lang_to_id", "task_to_id", "chat_format"})});
}

// OpenVINO applies min_p before top_p, but the nucleus is one of the
// probabilities before min_p, which are not divided anew. Both keep the
// likeliest tokens, so that what both keep is what the other order keeps.
void AddSampled(Draft& draft) {
  AddNumber(draft, "top_k", Off::kZeroOrLess, "top_k", "k");
  AddNumber(draft, "temperature", Off::kExactlyOne, "temperature",
            "temperature");
  AddNumber(draft, "top_p", Off::kOneOrMore, "top_p", "p",
            {{"equality", "continue"}});
  AddNumber(draft, "min_p", Off::kZeroOrLess, "min_p", "p");
  AddCategorical(draft, "rank", "it draws from what is left");
}

void Build(Draft& draft) {
  RefuseParity(draft, "the runtime's random numbers are not offered");
  if (draft.Integer("min_new_tokens") > 0) {
    AddMinTokens(draft, "min_new_tokens", ReadIds(draft, "eos_token_id"),
                 "output");
    draft.Applied("eos_token_id", "end ids of min_tokens");
  }
  AddPenalty(draft, "repetition_penalty", "repetition_penalty", {});
  AddPenalty(draft, "presence_penalty", "presence_penalty",
             {.scope = "output"});
  AddPenalty(draft, "frequency_penalty", "frequency_penalty",
             {.scope = "output"});
  if (draft.Boolean("do_sample")) {
    draft.Applied("do_sample", "the settings below it are in force");
    AddSampled(draft);
  } else {
    draft.Add({"greedy", {}}, {"do_sample"});
    draft.HarmlessIfUnsaid({{"top_k", "temperature", "min_p", "top_p"}},
                           "no sampling: do_sample is false");
  }
  ReadSeed(draft, "rng_seed", /*random=*/false, /*same_numbers=*/false);
}

}  // namespace
}  // namespace openvino

const Runtime& OpenVino() {
  static const auto& runtime = *new Runtime{
      .name = "openvino",
      .version = "OpenVINO GenAI (2026)",
      .order =
          "min_new_tokens, grammar, repetition, presence, frequency penalty, "
          "then with do_sample: top_k, temperature, min_p, top_p; draw",
      .fields = openvino::Fields(),
      .build = openvino::Build,
      .marks = {"rng_seed", "structured_output_config", "stop_criteria",
                "max_ngram_size", "apply_chat_template"}};
  return runtime;
}

}  // namespace sampler::importers

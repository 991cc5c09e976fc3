#include "sampler/importers/request_fields.h"

namespace sampler::importers {

FieldTable RequestFields() {
  return Join(
      {Idle("not a sampling setting: the request's content",
            {"model",
             "prompt",
             "messages",
             "input",
             "text",
             "input_ids",
             "instructions",
             "suffix",
             "tools",
             "tool_choice",
             "functions",
             "function_call",
             "parallel_tool_calls",
             "modalities",
             "audio",
             "image_data",
             "prediction",
             "web_search_options",
             "previous_response_id",
             "reasoning",
             "reasoning_effort",
             "verbosity",
             "thinking",
             "chat_template",
             "chat_template_kwargs",
             "add_generation_prompt",
             "continue_final_message",
             "add_special_tokens",
             "documents",
             "mm_processor_kwargs"}),
       Idle("not a sampling setting: how the answer is delivered",
            {"stream", "stream_options", "user", "metadata", "store",
             "service_tier", "safety_identifier", "prompt_cache_key",
             "prompt_cache_retention", "echo", "skip_special_tokens",
             "spaces_between_special_tokens", "detokenize", "priority",
             "request_id", "include_reasoning", "separate_reasoning",
             "stream_reasoning", "return_tokens_as_token_ids",
             "return_token_ids", "cache_salt", "kv_transfer_params",
             "lora_path", "session_params", "rid", "no_stop_trim",
             "truncate_prompt_tokens", "background", "include", "truncation",
             "truncation_side", "session_id", "media_io_kwargs",
             // A line of a batch file.
             "custom_id", "method", "url"})});
}

FieldTable EndFields() {
  return Idle(
      "where the text ends is the caller's loop, not the sampler's",
      {"stop", "max_tokens", "max_completion_tokens", "max_output_tokens",
       "max_new_tokens", "include_stop_str_in_output", "stop_token_ids_regex",
       "stop_regex"});
}

FieldTable AnswerFields() {
  return Join(
      {Idle(kReported,
            {"logprobs", "top_logprobs", "prompt_logprobs", "logprob_token_ids",
             "return_logprob", "logprob_start_len", "top_logprobs_num",
             "token_ids_logprob", "return_text_in_logprobs"}),
       Idle(kSeveralSequences, {"n"}),
       Lost("the best of several texts is the caller's choice", {"best_of"}, 1),
       Lost(kBeams, {"use_beam_search"}),
       Idle("a setting of beam search alone",
            {"length_penalty", "early_stopping"})});
}

FieldTable OutputPenaltyFields() {
  using enum FieldKind;
  return {{"frequency_penalty", kReal, 0.0, Between(-2, 2),
           "frequency_penalty, scope output"},
          {"presence_penalty", kReal, 0.0, Between(-2, 2),
           "presence_penalty, scope output"}};
}

}  // namespace sampler::importers

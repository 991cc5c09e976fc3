// Hugging Face's settings: generation_config.json.

#include <string>

#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"

namespace sampler::importers {
namespace {

using enum FieldKind;

constexpr Range kOpenUnit = {
    .low = 0, .high = 1, .low_open = false, .high_open = true};
constexpr Range kNucleus = {.low = 0, .high = 1, .low_open = true};

}  // namespace

FieldTable HuggingFaceFields() {
  const FieldTable processors = {
      {"do_sample",
       kBoolean,
       false,
       {},
       "false: greedy, and the sampling settings have no effect"},
      {"guidance_scale",
       kReal,
       {},
       AtLeast(0),
       "guidance, which needs a second row of logits"},
      {"sequence_bias", kList, {}, {}, "sequence_bias"},
      {"encoder_repetition_penalty", kReal, 1.0, Above(0),
       "encoder_repetition_penalty"},
      {"repetition_penalty", kReal, 1.0, Above(0),
       "repetition_penalty, scope both"},
      {"no_repeat_ngram_size", kInteger, 0, AtLeast(0), "no_repeat_ngram"},
      {"encoder_no_repeat_ngram_size", kInteger, 0, AtLeast(0),
       "no_repeat_ngram, scope prompt"},
      {"bad_words_ids", kList, {}, {}, "bad_words; [eos] alone is dropped"},
      {"min_length", kInteger, 0, AtLeast(0), "min_tokens, count total"},
      {"min_new_tokens", kInteger, {}, AtLeast(0), "min_tokens"},
      {"eos_token_id",
       kAny,
       {},
       {},
       "the end ids of min_tokens, exponential_decay_length and bad_words"},
      {"forced_bos_token_id",
       kInteger,
       {},
       AtLeast(0),
       "forced_tokens at position 0, value zero"},
      {"forced_eos_token_id",
       kAny,
       {},
       {},
       "forced_tokens at position max_new_tokens - 1, value zero"},
      {"max_new_tokens",
       kInteger,
       {},
       AtLeast(1),
       "the place of forced_eos_token_id; the length itself is the caller's"},
      {"exponential_decay_length_penalty",
       kList,
       {},
       {},
       "exponential_decay_length"},
      {"suppress_tokens", kList, {}, {}, "suppress_tokens"},
      {"begin_suppress_tokens", kList, {}, {}, "suppress_tokens, when begin"}};
  const FieldTable warpers = {
      {"temperature", kReal, 1.0, Above(0).WhenUsed(), "temperature"},
      {"top_h", kReal, {}, kNucleus.WhenUsed(), "top_h"},
      {"top_k",
       kInteger,
       {},
       AtLeast(0).WhenUsed(),
       "top_k, ties keep_all; where absent 50"},
      {"top_p", kReal, 1.0, Between(0, 1).WhenUsed(),
       "top_p, tie_order high_id"},
      {"min_p", kReal, {}, Between(0, 1).WhenUsed(), "min_p"},
      {"typical_p", kReal, 1.0, kNucleus.WhenUsed(),
       "typical_p, ties keep_all"},
      {"epsilon_cutoff", kReal, 0.0, kOpenUnit.WhenUsed(), "epsilon_cutoff"},
      {"eta_cutoff", kReal, 0.0, kOpenUnit.WhenUsed(), "eta_cutoff"},
      {"watermarking_config",
       kMap,
       {},
       {},
       "kgw_watermark (its green list is the house's: other detectors do not "
       "see it), or with keys synthid (hashed as in synthid-text)"}};
  return Join(
      {processors, warpers,
       Idle("not needed: a row with NaN or +inf is a status, not a guess",
            {"remove_invalid_values"}),
       Idle("not needed: probabilities are always renormalised",
            {"renormalize_logits"}),
       Lost(kBeams, {"num_beams", "num_beam_groups"}, 1),
       Lost(kBeams, {"constraints", "force_words_ids"}),
       Idle("a setting of beam search alone",
            {"diversity_penalty", "length_penalty", "early_stopping"}),
       Lost("contrastive decoding and DoLa need the model: not offered",
            {"penalty_alpha", "dola_layers"}),
       Idle("how much memory is taken, not what is drawn", {"low_memory"}),
       Idle(kSeveralSequences, {"num_return_sequences"}),
       Idle("where the text ends is the caller's loop, not the sampler's",
            {"max_length", "max_time", "stop_strings"}),
       Idle("what is reported, not what is drawn",
            {"output_attentions", "output_hidden_states", "output_scores",
             "output_logits", "return_dict_in_generate", "output_*"}),
       Idle("a draft model is the caller's",
            {"num_assistant_tokens*", "assistant_confidence_threshold",
             "assistant_early_exit", "assistant_lookbehind", "is_assistant",
             "prompt_lookup_num_tokens", "max_matching_ngram_size",
             "target_lookbehind"}),
       Idle("not a sampling setting",
            {"pad_token_id", "bos_token_id", "decoder_start_token_id",
             "user_token_id", "assistant_token_id", "transformers_version",
             "_from_model_config", "use_cache", "cache_implementation",
             "cache_config", "return_legacy_cache", "prefill_chunk_size",
             "compile_config", "disable_compile", "token_healing",
             "trust_remote_code", "custom_generate", "chat_format",
             "max_window_size", "_commit_hash", "generation_mode",
             "is_encoder_decoder", "lang_to_id", "task_to_id",
             "no_timestamps_token_id", "alignment_heads", "is_multilingual",
             "prev_sot_token_id",
             // One name, too long for a line.
             // NOLINTNEXTLINE(bugprone-*)
             "max_initial_timestamp_"
             "index",
             "return_timestamps", "forced_decoder_ids", "no_repeat_ngram_*",
             "_name_or_path", "use_model_defaults"})});
}

}  // namespace sampler::importers

// text-generation-webui's settings: presets and requests.

#include <string>

#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"

namespace sampler::importers {
namespace {

using enum FieldKind;

constexpr absl::string_view kPriority[] = {"repetition_penalty",
                                           "presence_penalty",
                                           "frequency_penalty",
                                           "dry",
                                           "top_n_sigma",
                                           "temperature",
                                           "dynamic_temperature",
                                           "quadratic_sampling",
                                           "top_k",
                                           "top_p",
                                           "typical_p",
                                           "epsilon_cutoff",
                                           "eta_cutoff",
                                           "tfs",
                                           "top_a",
                                           "min_p",
                                           "adaptive_p",
                                           "mirostat",
                                           "xtc",
                                           "encoder_repetition_penalty",
                                           "no_repeat_ngram"};

}  // namespace

FieldTable TextGenFields() {
  Value::List priority;
  for (const absl::string_view name : kPriority) {
    priority.emplace_back(std::string(name));
  }
  const FieldTable sampling = {
      {"do_sample",
       kBoolean,
       true,
       {},
       "false: greedy, and only penalties and bans are in force"},
      {"sampler_priority",
       kAny,
       priority,
       {},
       "the order of the stages: a list, or text with a name a line; what is "
       "not listed comes first"},
      {"temperature_last",
       kBoolean,
       false,
       {},
       "moves temperature, dynamic_temperature and quadratic to the end"},
      {"guidance_scale", kReal, 1.0, AtLeast(0),
       "guidance, which needs a second row of logits"},
      {"logit_bias", kMap, {}, {}, "logit_bias"},
      {"custom_token_bans",
       kText,
       "",
       {},
       "suppress_tokens: ids with commas between"},
      {"ban_eos_token", kBoolean, false, {}, "suppress_tokens of the end ids"},
      {"repetition_penalty", kReal, 1.0, Above(0),
       "repetition_penalty, scope both"},
      {"presence_penalty", kReal, 0.0, kFinite, "presence_penalty, scope both"},
      {"frequency_penalty", kReal, 0.0, kFinite,
       "frequency_penalty, scope both"},
      {"repetition_penalty_range", kInteger, 1024, AtLeast(0),
       "window of the penalties and of dry; 0 is all"},
      {"dry_multiplier", kReal, 0.0, AtLeast(0), "dry"},
      {"dry_base", kReal, 1.75, AtLeast(1).WhenUsed(), "dry"},
      {"dry_allowed_length", kInteger, 2, AtLeast(1).WhenUsed(), "dry"},
      {"dry_sequence_breakers",
       kAny,
       "\"\\n\", \":\", \"\\\"\", \"*\"",
       {},
       "breakers of dry: the last token of each"},
      {"top_n_sigma", kReal, 0.0, kFinite,
       "top_n_sigma, sigma sample; 0 or less is off"},
      {"temperature", kReal, 1.0, AtLeast(0), "temperature; 0 is greedy"},
      {"dynamic_temperature",
       kBoolean,
       false,
       {},
       "dynamic_temperature in place of temperature"},
      {"dynatemp_low", kReal, 1.0, AtLeast(0), "dynamic_temperature"},
      {"dynatemp_high", kReal, 1.0, AtLeast(0), "dynamic_temperature"},
      {"dynatemp_exponent", kReal, 1.0, AtLeast(0), "dynamic_temperature"},
      {"smoothing_factor", kReal, 0.0, AtLeast(0), "quadratic"},
      {"smoothing_curve", kReal, 1.0, kFinite, "quadratic"},
      {"top_k", kInteger, 0, AtLeast(0), "top_k, ties keep_all"},
      {"top_p", kReal, 1.0, Between(0, 1), "top_p, tie_order high_id"},
      {"typical_p", kReal, 1.0, Between(0, 1), "typical_p, ties keep_all"},
      {"epsilon_cutoff", kReal, 0.0, AtLeast(0),
       "epsilon_cutoff of the ten-thousandth part"},
      {"eta_cutoff", kReal, 0.0, AtLeast(0),
       "eta_cutoff of the ten-thousandth part"},
      {"tfs", kReal, 1.0, Between(0, 1), "tail_free, offset 1"},
      {"top_a", kReal, 0.0, Between(0, 1), "top_a"},
      {"min_p", kReal, 0.0, Between(0, 1), "min_p"},
      {"adaptive_target", kReal, 0.0, AtMost(1), "adaptive_p; 0 is off"},
      {"adaptive_decay", kReal, 0.9, Between(0, 0.99).WhenUsed(), "adaptive_p"},
      {"mirostat_mode", kInteger, 0, Between(0, 2), "mirostat 2; 0 is off"},
      {"mirostat_tau", kReal, 5.0, Above(0).WhenUsed(), "mirostat"},
      {"mirostat_eta", kReal, 0.1, AtLeast(0).WhenUsed(), "mirostat"},
      {"xtc_probability", kReal, 0.0, Between(0, 1),
       "xtc; a newline or an end among the removed stops it"},
      {"xtc_threshold", kReal, 0.1, AtLeast(0), "xtc; above 0.5 it is off"},
      {"encoder_repetition_penalty", kReal, 1.0, Above(0),
       "encoder_repetition_penalty"},
      {"no_repeat_ngram_size", kInteger, 0, AtLeast(0), "no_repeat_ngram"},
      {"seed", kInteger, -1, kFinite, "seed; -1 is random"}};
  return Join(
      {sampling,
       Lost("contrastive search needs the model: not offered",
            {"penalty_alpha"}),
       Lost(kBeams, {"num_beams"}, 1),
       Lost("the grammar's bitmask goes to a mask stage",
            {"grammar_string", "grammar"}),
       Lost("the server loads the preset of that name and overwrites every "
            "sampling field by it: import the preset's file",
            {"preset"}),
       Idle("what a negative prompt is: the second row of guidance",
            {"negative_prompt"}),
       Idle("where the text ends is the caller's loop, not the sampler's",
            {"max_tokens_second", "auto_max_new_tokens", "stopping_strings",
             "custom_stopping_strings"}),
       Idle("not a sampling setting",
            {"truncation_length", "prompt_lookup_num_tokens", "add_bos_token",
             "custom_system_message", "static_cache", "name", "mode",
             "instruction_template", "instruction_template_str", "character",
             "bot_name", "user_name", "context", "greeting",
             "chat_instruct_command", "continue_", "enable_thinking",
             "prompt_logits", "show_after"}),
       RequestFields(), EndFields(), AnswerFields()});
}

}  // namespace sampler::importers

#include "tools/options/config_flag_rules.h"

#include <string>
#include <vector>

namespace sampler::tools {

const std::vector<FlagRule>& FlagRules() {
  static const auto& rules = *new std::vector<FlagRule>{
      {{"--temp", "T", "Temperature; 0 is greedy"},
       FlagKind::kOnlyReal,
       "temperature",
       "temperature"},
      {{"--temperature", "T", "The same"},
       FlagKind::kOnlyReal,
       "temperature",
       "temperature"},
      {{"--top-k", "K", "Keep the K likeliest tokens; 0 keeps all"},
       FlagKind::kInteger,
       "top_k",
       "k"},
      {{"--top-p", "P", "Keep the likeliest tokens of mass P"},
       FlagKind::kReal,
       "top_p",
       "p"},
      {{"--min-p", "P", "Keep what is P times as likely as the likeliest"},
       FlagKind::kReal,
       "min_p",
       "p"},
      {{"--typical", "P", "Keep the most typical tokens of mass P"},
       FlagKind::kReal,
       "typical_p",
       "p"},
      {{"--repeat-penalty", "X",
        "Penalty on tokens of prompt and output; 1 is off"},
       FlagKind::kReal,
       "repetition_penalty",
       "penalty"},
      {{"--frequency-penalty", "X",
        "Penalty per occurrence in the output; 0 is off"},
       FlagKind::kReal,
       "frequency_penalty",
       "penalty"},
      {{"--presence-penalty", "X", "Penalty on tokens of the output; 0 is off"},
       FlagKind::kReal,
       "presence_penalty",
       "penalty"},
      {{"--repeat-last-n", "N", "Tokens the penalties look back; -1: all"},
       FlagKind::kPenaltyWindow,
       "",
       "window"},
      {{"--dry-multiplier", "X", "Penalty on repeating a sequence; 0 is off"},
       FlagKind::kReal,
       "dry",
       "multiplier"},
      {{"--dry-base", "X", "Its growth with every repeated token"},
       FlagKind::kReal,
       "dry",
       "base"},
      {{"--dry-allowed-length", "N", "Repeated tokens that cost nothing"},
       FlagKind::kInteger,
       "dry",
       "allowed_length"},
      {{"--dry-penalty-last-n", "N", "Tokens that DRY looks back; -1: all"},
       FlagKind::kWindow,
       "dry",
       "window"},
      {{"--top-n-sigma", "N", "Keep logits within N deviations of the top"},
       FlagKind::kReal,
       "top_n_sigma",
       "n"},
      {{"--xtc-probability", "P", "How often the top choices go; 0 is off"},
       FlagKind::kReal,
       "xtc",
       "probability"},
      {{"--xtc-threshold", "P", "Probability of a top choice"},
       FlagKind::kReal,
       "xtc",
       "threshold"},
      {{"--mirostat", "1|2", "Aim at a surprise; version 1 or 2"},
       FlagKind::kInteger,
       "mirostat",
       "version"},
      {{"--mirostat-ent", "TAU", "The surprise aimed at, in bits"},
       FlagKind::kReal,
       "mirostat",
       "tau"},
      {{"--mirostat-lr", "ETA", "How fast it is approached"},
       FlagKind::kReal,
       "mirostat",
       "eta"},
      {{"--adaptive-target", "P", "Aim at drawing tokens of probability P"},
       FlagKind::kReal,
       "adaptive_p",
       "target"},
      {{"--adaptive-decay", "X", "Memory of the tokens drawn so far"},
       FlagKind::kReal,
       "adaptive_p",
       "decay"},
      {{"--logit-bias", "ID(+|-)BIAS", "Add to a token's logit; repeatable"},
       FlagKind::kBias,
       "logit_bias",
       "bias"},
      {{"--dry-sequence-breaker", "TEXT",
        "Text that ends a repetition for DRY, or none; repeatable"},
       FlagKind::kBreaker,
       "dry",
       "breakers"},
      {{"--bad-words", "TEXT", "Words never to complete; repeatable"},
       FlagKind::kWord,
       "bad_words",
       "sequences"},
      {{"--xtc-protect", "TEXT", "Text whose tokens XTC spares; repeatable"},
       FlagKind::kSubstring,
       "xtc",
       "protect"},
      {{"--greedy", "", "Take the likeliest token"},
       FlagKind::kGreedy,
       "greedy",
       ""}};
  return rules;
}

const std::vector<std::string>& PenaltiesWithWindow() {
  static const auto& penalties = *new std::vector<std::string>{
      "repetition_penalty", "frequency_penalty", "presence_penalty"};
  return penalties;
}

const FlagRule& FlagRuleOf(const std::string& name) {
  for (const FlagRule& rule : FlagRules()) {
    if (rule.help.name == name) return rule;
  }
  return FlagRules()
      .front();  // Not reached: the parser knows these names only.
}

bool AddsUp(FlagKind kind) { return kind == FlagKind::kBias || IsText(kind); }

bool IsText(FlagKind kind) {
  return kind == FlagKind::kBreaker || kind == FlagKind::kWord ||
         kind == FlagKind::kSubstring;
}

}  // namespace sampler::tools

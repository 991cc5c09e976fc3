// The sampler flags as data: spelling, help, and the stage parameter that each
// sets.
//
// Thread-safety: constants.
// Tested by: tests/tools/options/config_options_test.cc.

#ifndef SAMPLER_TOOLS_OPTIONS_CONFIG_FLAG_RULES_H_
#define SAMPLER_TOOLS_OPTIONS_CONFIG_FLAG_RULES_H_

#include <string>
#include <vector>

#include "tools/options/config_options.h"

namespace sampler::tools {

enum class FlagKind {
  kReal,
  kOnlyReal,  // It replaces all parameters: a temperature ends a schedule.
  kInteger,
  kWindow,         // Of one stage; -1 is the whole history.
  kPenaltyWindow,  // The same, of all PenaltiesWithWindow of the chain.
  kBias,
  kBreaker,    // Text -> the token sequences in which it may occur.
  kWord,       // Text -> its tokens, with and without a space before it.
  kSubstring,  // Text -> every token that contains it.
  kGreedy,
};

struct FlagRule {
  ConfigFlagHelp help;
  FlagKind kind;
  const char* stage;
  const char* parameter;
};

const std::vector<FlagRule>& FlagRules();

// The stages that --repeat-last-n speaks of: llama.cpp's penalties sampler.
const std::vector<std::string>& PenaltiesWithWindow();

// REQUIRES: `name` is the name of one of them.
const FlagRule& FlagRuleOf(const std::string& name);

// Returns true if the flag's value joins those of its parameter, rather than
// replacing them.
bool AddsUp(FlagKind kind);

// Is the flag's value a text that is looked for in the vocabulary?
bool IsText(FlagKind kind);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_OPTIONS_CONFIG_FLAG_RULES_H_

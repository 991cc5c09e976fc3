// What a sampler flag's text means as a parameter's value.
//
// Thread-safety: pure functions.
// Errors: InvalidArgument with the flag, its text and what is wanted.
// Tested by: tests/tools/options/config_options_test.cc,
//   tests/tools/options/text_flags_test.cc.

#ifndef SAMPLER_TOOLS_OPTIONS_CONFIG_FLAG_VALUES_H_
#define SAMPLER_TOOLS_OPTIONS_CONFIG_FLAG_VALUES_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sampler/parameters/value.h"
#include "tools/options/config_flag_rules.h"
#include "tools/options/config_options.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

absl::Status WrongFlag(const ConfigFlag& flag, absl::string_view message);

// For kReal and kOnlyReal, and kInteger otherwise.
absl::StatusOr<Value> ReadNumber(const ConfigFlag& flag, FlagKind kind);

// Null for -1, the whole history.
absl::StatusOr<Value> ReadWindow(const ConfigFlag& flag);

// `biases` (an object, or null) with that of llama.cpp's "15043+1", "15043-1"
// or "15043-inf", which bans. Biases of one token add up; a ban stays.
absl::StatusOr<Value> AddBias(const ConfigFlag& flag, const Value& biases);

// `list` (or null) with what the text means in tokens of `text`: a list of
// sequences for kBreaker and kWord, of ids for kSubstring. Escapes such as \n
// are undone. An error also if there is no vocabulary, or the text has no
// tokens in it.
absl::StatusOr<Value> AddTokens(const ConfigFlag& flag, FlagKind kind,
                                const TokenText& text, const Value& list);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_OPTIONS_CONFIG_FLAG_VALUES_H_

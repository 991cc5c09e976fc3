// Configs whose phases are given by texts ("begin": ["<think>"]): the tokens
// are those of a vocabulary (--vocab-file), and what they are is told.
//
// Thread-safety: pure functions.
// Errors: those of ParseConfig; a text without a vocabulary, and one that it
//   cannot spell, are problems of the config at their place.
// Tested by: tests/tools/options/spelt_config_test.cc.

#ifndef SAMPLER_TOOLS_OPTIONS_SPELT_CONFIG_H_
#define SAMPLER_TOOLS_OPTIONS_SPELT_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sampler/config.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

// A text of a config, and the tokens that stand for it.
struct SpeltText {
  std::string pointer;
  std::string text;
  std::vector<TokenId> tokens;
};

// The config of `json`. `vocabulary` may be empty. Adds its texts to `spelt`,
// in the order in which they were read.
absl::StatusOr<PipelineConfig> ReadSpeltConfig(
    absl::string_view json, std::optional<std::int64_t> vocabulary_size,
    const TokenText& vocabulary, std::vector<SpeltText>& spelt,
    std::vector<JsonProblem>* problems = nullptr);

// `/phases/thinking/begin/0: "<think>" is token 151667`; of several tokens,
// each with its text.
std::string SpeltLine(const SpeltText& spelt, const TokenText& vocabulary);

// The same for each of them, as "note: ..." on stderr.
void TellSpelt(const std::vector<SpeltText>& spelt,
               const TokenText& vocabulary);

// Returns true if a config of this JSON text has such texts.
bool HasTexts(absl::string_view json);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_OPTIONS_SPELT_CONFIG_H_

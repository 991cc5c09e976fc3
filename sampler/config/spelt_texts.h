// Configs that name tokens by their texts: whoever has a vocabulary fills in
// the ids. The sequences of a phase ("begin": ["<think>"]) and the one that
// closes it ("close": "</think>") may be texts.
//
// Internal to the tool; the library's own configs hold ids alone.
//
// Thread-safety: pure functions, if `spell` is one.
// Tested by: tests/tools/options/spelt_config_test.cc.

#ifndef SAMPLER_CONFIG_SPELT_TEXTS_H_
#define SAMPLER_CONFIG_SPELT_TEXTS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/candidate.h"
#include "sampler/config.h"

namespace sampler {

// The tokens of the text at `pointer`; or why there are none: the message
// stands behind what was found.
using SpellText = std::function<absl::StatusOr<std::vector<TokenId>>(
    const std::string& pointer, const std::string& text)>;

// ParseConfig of a config in which such texts may stand.
absl::StatusOr<PipelineConfig> ParseConfigOfTexts(
    StringView json, const SpellText& spell,
    std::optional<std::int64_t> vocabulary_size = std::nullopt,
    std::vector<JsonProblem>* problems = nullptr,
    const StageRegistry& registry = BuiltInStages());

}  // namespace sampler

#endif  // SAMPLER_CONFIG_SPELT_TEXTS_H_

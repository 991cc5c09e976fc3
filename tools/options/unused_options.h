// Seeds, streams and steps that no chain looks at: given and not used.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/options/typed_options_test.cc.

#ifndef SAMPLER_TOOLS_OPTIONS_UNUSED_OPTIONS_H_
#define SAMPLER_TOOLS_OPTIONS_UNUSED_OPTIONS_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "sampler/config.h"
#include "tools/options/run_options.h"

namespace sampler::tools {

// The options without those that no chain looks at. REQUIRES (also below): the
// configs are valid.
RunOptions OnlyWhatMatters(const RunOptions& options,
                           absl::Span<const PipelineConfig> configs);

// Returns true if a stage before the draw uses random numbers.
bool TossesCoins(const StageConfig& stage);
bool TossesCoins(absl::Span<const PipelineConfig> configs);

// Returns true if a stage, the draw among them, uses random numbers.
bool UsesRandomNumbers(absl::Span<const PipelineConfig> configs);

// InvalidArgument for a seed or a stream where no chain uses random numbers,
// and for a step where none follows the caller's: they would seem to matter.
absl::Status CheckRunOptionsMatter(const RunOptions& options,
                                   absl::Span<const PipelineConfig> configs);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_OPTIONS_UNUSED_OPTIONS_H_

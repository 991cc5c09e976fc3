// Who told the seed of a run over a log.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/options/seed_source_test.cc.

#ifndef SAMPLER_TOOLS_OPTIONS_SEED_SOURCE_H_
#define SAMPLER_TOOLS_OPTIONS_SEED_SOURCE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sampler/config.h"
#include "sampler/logs/log.h"
#include "tools/options/run_options.h"

namespace sampler::tools {

enum class SeedSource {
  kOption,
  kLog,     // Of all of its sequences.
  kConfig,  // Of all configs.
  kNobody,  // The seed is 0 where the log tells none.
  kNoNeed,  // No stage uses random numbers.
};

// Of these sequences of a log. REQUIRES (also below): the configs are valid.
SeedSource SeedSourceOf(const RunOptions& options,
                        absl::Span<const logs::LogSequence> sequences,
                        absl::Span<const PipelineConfig> configs);

// "option", "log", "config", "default" or "unused".
const char* SeedSourceName(SeedSource source);

// "7", or "0 (none is given)" where nobody told the seed.
std::string SeedWithSource(const std::string& seed, SeedSource source);

// InvalidArgument where a seed is claimed that nobody told: one that nobody
// made is not tested. `asked`: what begins the message, such as "--verify: ".
absl::Status CheckSeedIsTold(const RunOptions& options, const logs::Log& log,
                             absl::Span<const PipelineConfig> configs,
                             absl::string_view asked = "");

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_OPTIONS_SEED_SOURCE_H_

// Which config each sequence of a log is replayed with: the one that the user
// gives, or those that the log tells of (logs::DrawnWith).
//
// Errors of Resolve: those of ResolveConfig; InvalidArgument where the log
// tells of some sequences only, or of a config that is none.
// Thread-safety: plain data.
// Tested by: tests/tools/replay/logged_settings_test.cc.

#ifndef SAMPLER_TOOLS_REPLAY_CONFIGS_H_
#define SAMPLER_TOOLS_REPLAY_CONFIGS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/config.h"
#include "sampler/logs/log.h"
#include "tools/options/config_options.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

struct ReplayConfigs {
  std::vector<PipelineConfig> configs;   // At least one, all different.
  std::vector<std::size_t> of_sequence;  // Empty: all have the first.

  std::size_t IndexOf(std::int64_t sequence) const {
    return of_sequence.empty()
               ? 0
               : of_sequence[static_cast<std::size_t>(sequence)];
  }
  const PipelineConfig& Of(std::int64_t sequence) const {
    return configs[IndexOf(sequence)];
  }
};

absl::StatusOr<ReplayConfigs> ResolveReplayConfigs(const ConfigOptions& options,
                                                   const logs::Log& log,
                                                   const TokenText& text);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_REPLAY_CONFIGS_H_

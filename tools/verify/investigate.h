// Around the rows of a verification: before them, whether a seed is claimed at
// all; after them, what made the first impossible token impossible.
//
// Thread-safety: pure functions of the log.
// Tested by: tests/tools/verify/verify_test.cc.

#ifndef SAMPLER_TOOLS_VERIFY_INVESTIGATE_H_
#define SAMPLER_TOOLS_VERIFY_INVESTIGATE_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/replay/rows.h"
#include "tools/verify/evidence.h"
#include "tools/verify/nearest_chain.h"
#include "tools/verify/summary.h"

namespace sampler::tools {

// The seed is a claim: one that nobody made is not tested. InvalidArgument
// unless the options, the config or the log tell one, or none is needed.
absl::Status CheckClaimedSeed(Claim claim, const RunOptions& run,
                              const logs::Log& log,
                              const ReplayConfigs& configs);

// Empty if no token is impossible, and where a stage has a history of draws
// that is gone. Errors: the row cannot be read.
absl::StatusOr<std::optional<NearestChain>> NearestOfFirstImpossible(
    const logs::Log& log, const ReplayConfigs& configs,
    const ReplayOptions& options, const VerifySummary& summary);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_VERIFY_INVESTIGATE_H_

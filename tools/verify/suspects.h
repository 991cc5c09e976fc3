// Explanations for tokens that differ: another seed near by, or one sequence's
// random numbers for all of them.
//
//   best_seed_offset        of the seeds S - 8 to S + 8, the one under which
//                           most tokens agree (servers number the answers of
//                           one request by the seed)
//   shared_noise_suspected  several sequences, and only the first one's random
//                           numbers give the tokens of the others: one seed
//                           was given to a whole batch
//
// Only the first kSuspectRows rows of the first kSuspectSequences sequences are
// drawn again.
//
// Thread-safety: as ReplayRows.
// Cost: some 25 replays of those rows.
// Tested by: tests/tools/verify/verify_test.cc.

#ifndef SAMPLER_TOOLS_VERIFY_SUSPECTS_H_
#define SAMPLER_TOOLS_VERIFY_SUSPECTS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "tools/replay/rows.h"

namespace sampler::tools {

inline constexpr std::int64_t kSuspectRows = 64;
inline constexpr std::int64_t kSuspectSequences = 8;
inline constexpr std::int64_t kSeedReach = 8;

struct Suspects {
  std::int64_t best_seed_offset = 0;
  double best_seed_rate = 0;  // Share of tokens that agree under it.
  bool shared_noise_suspected = false;
  double own_rate = 0;     // Of the sequences after the first, with their own
  double shared_rate = 0;  // random numbers, and with the first one's.
};

// Errors: those of ReplayRows.
absl::StatusOr<Suspects> FindSuspects(const logs::Log& log,
                                      const ReplayConfigs& configs,
                                      const ReplayOptions& options);

// The seed under which most tokens agree: "seed 42", or "the logged seeds +1".
std::string BestSeedText(const Suspects& suspects, const logs::Log& log,
                         const ReplayConfigs& configs, const RunOptions& run);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_VERIFY_SUSPECTS_H_

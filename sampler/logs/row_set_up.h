// Makes a sequence that stands before a row what it was when the log's token
// was drawn from that row: its attempt, and the tokens banned at its place.
//
//   absl::Status ready = logs::SetUpRow(log, row, config, sequence);
//   Token token = pipeline.Sample(*log.Row(row, buffer), sequence, workspace);
//
// Thread-safety: as Sequence; the log is only read.
// Tested by: tests/tools/replay/rewound_run_test.cc, tests/python/test_logs.py.

#ifndef SAMPLER_LOGS_ROW_SET_UP_H_
#define SAMPLER_LOGS_ROW_SET_UP_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "sampler/config.h"
#include "sampler/logs/log.h"
#include "sampler/sequence.h"

namespace sampler::logs {

// The house's random numbers alone know attempts and bans: with a config of
// another "rng" the sequence is left as it is. Errors as Sequence::Ban.
// REQUIRES: 0 <= row < log.rows().
inline absl::Status SetUpRow(const Log& log, std::int64_t row,
                             const PipelineConfig& config, Sequence& sequence) {
  if (config.rng != Rng::kHouse) return absl::OkStatus();
  if (!log.attempts().empty()) {
    sequence.set_attempt(log.attempts()[static_cast<std::size_t>(row)]);
  }
  for (const TokenId token : log.Bans(row)) {
    absl::Status banned = sequence.Ban(token);
    if (!banned.ok()) return banned;
  }
  return absl::OkStatus();
}

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_ROW_SET_UP_H_

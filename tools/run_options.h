// The options that fix the random numbers and the clock of a run over a log,
// and the sequences they lead to.
//
//   stream of sequence i = --stream + i
//   position of a row    = its index inside its sequence
//
// Tested by: tests/tools/replay_test.cc.

#ifndef SAMPLER_TOOLS_RUN_OPTIONS_H_
#define SAMPLER_TOOLS_RUN_OPTIONS_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "sampler/config.h"
#include "sampler/logs/log.h"
#include "sampler/pipeline.h"
#include "sampler/sequence.h"
#include "tools/cli_fwd.h"

namespace sampler::tools {

struct RunOptions {
  std::optional<std::uint64_t> seed;  // Empty: the config's, else 0.
  std::uint32_t stream = 0;
  std::int64_t step = 0;  // The sequences' clock, for schedules by "step".

  std::uint64_t SeedFor(const PipelineConfig& config) const {
    return seed.value_or(config.seed.value_or(0));
  }
};

// --seed (-s), --stream, --step.
void AddRunOptions(CLI::App& app, RunOptions& options);

// The pipeline for the rows of a log. InvalidArgument as Pipeline::Create, or
// if a stage needs more than a log holds (`guidance` a second row).
absl::StatusOr<Pipeline> PipelineFor(const logs::Log& log,
                                     const PipelineConfig& config);

// Where a row stands in its log.
struct RowPlace {
  std::int64_t row = 0;
  std::int64_t sequence = 0;  // Index in the log.
  std::int64_t position = 0;  // In the sequence.
};

// REQUIRES: 0 <= row < log.rows().
RowPlace PlaceOf(const logs::Log& log, std::int64_t row);

// Sequence `index` of the log before its first row: prompt, seed, stream,
// clock. OutOfRange if the stream number would not fit.
absl::StatusOr<Sequence> StartSequence(const logs::Log& log, std::int64_t index,
                                       const RunOptions& options,
                                       std::uint64_t seed);

// The sequence of `row` as it stood before that row, with the logged tokens as
// history. FailedPrecondition if the log has no tokens and the row is not the
// first of its sequence.
absl::StatusOr<Sequence> SequenceBefore(const logs::Log& log, std::int64_t row,
                                        const RunOptions& options,
                                        std::uint64_t seed);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_RUN_OPTIONS_H_

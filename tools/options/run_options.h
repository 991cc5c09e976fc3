// The options that fix the random numbers and the clock of a run over a log,
// and the sequences they lead to.
//
//   seed of a sequence   = --seed, else what the log tells, else the config's,
//                          else 0
//   stream of sequence i = --stream + i, else what the log tells, else i
//   clock of a sequence  = --step, else what the log tells, else 0
//   position of a row    = its index inside its sequence
//
// --stream may be negative, for logs whose later sequences alone are asked for:
// with --stream -5 the sixth sequence has stream 0.
//
// Tested by: tests/tools/replay/replay_test.cc.

#ifndef SAMPLER_TOOLS_OPTIONS_RUN_OPTIONS_H_
#define SAMPLER_TOOLS_OPTIONS_RUN_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "sampler/config.h"
#include "sampler/logs/log.h"
#include "sampler/pipeline.h"
#include "sampler/sequence.h"
#include "tools/options/cli_fwd.h"

namespace sampler::tools {

// What is absent was not given.
struct RunOptions {
  std::optional<std::uint64_t> seed;
  std::optional<std::int64_t> stream;  // Of the first sequence.
  std::optional<std::int64_t> step;    // The clock, for schedules by "step".

  // Of a sequence of which no log tells.
  std::uint64_t SeedFor(const PipelineConfig& config) const {
    return seed.value_or(config.seed.value_or(0));
  }
};

// What the log tells of some sequence, and the user does not.
struct LoggedSettings {
  bool seeds = false;
  bool streams = false;
  bool clocks = false;
};
LoggedSettings SettingsFromLog(const logs::Log& log, const RunOptions& options);

// --seed (-s), --stream, --step.
void AddRunOptions(CLI::App& app, RunOptions& options);

// The pipeline for the rows of a log. InvalidArgument as Pipeline::Create, or
// if a stage needs more than a log holds (`guidance` a second row).
absl::StatusOr<Pipeline> PipelineFor(const logs::Log& log,
                                     const PipelineConfig& config);

// Returns true if a stage of the config reads masks.
bool ReadsMasks(const PipelineConfig& config);

// What the log holds for a step besides the row: its mask, if the config reads
// one, in `buffer`. Errors as logs::Log::Row.
absl::StatusOr<StepInputs> InputsOf(const logs::Log& log, std::int64_t row,
                                    const PipelineConfig& config,
                                    logs::RowBuffer& buffer);

// Where a row stands in its log.
struct RowPlace {
  std::int64_t row = 0;
  std::int64_t sequence = 0;  // Index in the log.
  std::int64_t position = 0;  // In the sequence.
};

// A step of a log as it was answered, for what looks at it once more.
struct AnsweredStep {
  const Pipeline& pipeline;
  Logits row;
  const Sequence& sequence;  // Before the row.
  const StepInputs& inputs;
  RowPlace place;
  TokenId logged = -1;  // -1: none.
  // The row as logged, where `row` is a completed one (replay/listed_row.h).
  std::optional<Logits> listed = {};
};

// What is to be said of a step besides its numbers. Called by several threads.
using DescribeStep = std::function<std::string(const AnsweredStep& step)>;

// REQUIRES: 0 <= row < log.rows().
RowPlace PlaceOf(const logs::Log& log, std::int64_t row);

// Sequence `index` of the log before its first row: prompt, seed, stream,
// clock. OutOfRange if the stream number would not fit.
absl::StatusOr<Sequence> StartSequence(const logs::Log& log, std::int64_t index,
                                       const RunOptions& options,
                                       const PipelineConfig& config);

// The sequence of `row` as it stood before that row, with the logged tokens as
// history, set up for it. FailedPrecondition if the log has no tokens and the
// row is not the first of its sequence.
absl::StatusOr<Sequence> SequenceBefore(const logs::Log& log, std::int64_t row,
                                        const RunOptions& options,
                                        const PipelineConfig& config);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_OPTIONS_RUN_OPTIONS_H_

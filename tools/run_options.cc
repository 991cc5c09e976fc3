#include "tools/run_options.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "tools/typed_options.h"

namespace sampler::tools {
namespace {

constexpr char kGroup[] = "Randomness and clock";

}  // namespace

void AddRunOptions(CLI::App& app, RunOptions& options) {
  AddUnsigned(app, "-s,--seed",
              "Seed of the draws (default: the config's, else 0)",
              [&options](std::uint64_t seed) { options.seed = seed; })
      ->group(kGroup);
  AddInteger(app, "--stream",
             "Stream of the log's first sequence; the next has N + 1",
             {.maximum = std::numeric_limits<std::uint32_t>::max()},
             [&options](std::int64_t stream) {
               options.stream = static_cast<std::uint32_t>(stream);
             })
      ->group(kGroup);
  AddInteger(app, "--step", "Clock of schedules that follow the caller's step",
             {}, [&options](std::int64_t step) { options.step = step; })
      ->group(kGroup);
}

absl::StatusOr<Pipeline> PipelineFor(const logs::Log& log,
                                     const PipelineConfig& config) {
  auto pipeline = Pipeline::Create(config, log.vocabulary_size());
  if (!pipeline.ok()) return pipeline;
  const absl::Status status = pipeline->CheckInputs(StepInputs{});
  if (status.ok()) return pipeline;
  return absl::InvalidArgumentError(absl::StrCat(
      status.message(), "; logs hold rows, tokens and prompts only"));
}

RowPlace PlaceOf(const logs::Log& log, std::int64_t row) {
  const absl::Span<const logs::LogSequence> sequences = log.sequences();
  const auto* const after =
      std::upper_bound(sequences.begin(), sequences.end(), row,
                       [](std::int64_t r, const logs::LogSequence& s) {
                         return r < s.first_row + s.rows;
                       });
  return {row, after - sequences.begin(), row - after->first_row};
}

absl::StatusOr<Sequence> StartSequence(const logs::Log& log, std::int64_t index,
                                       const RunOptions& options,
                                       std::uint64_t seed) {
  const std::int64_t stream = options.stream + index;
  if (stream > std::numeric_limits<std::uint32_t>::max()) {
    return absl::OutOfRangeError(
        absl::StrCat("--stream ", options.stream, ": sequence ", index,
                     " of the log would have a stream above 2^32 - 1"));
  }
  const absl::Span<const std::int32_t> prompt =
      log.sequences()[static_cast<std::size_t>(index)].prompt;
  absl::StatusOr<Sequence> sequence = Sequence::Create(
      log.vocabulary_size(),
      {.seed = seed,
       .stream = static_cast<std::uint32_t>(stream),
       .prompt = std::vector<std::int32_t>(prompt.begin(), prompt.end())});
  if (sequence.ok()) sequence->set_clock(options.step);
  return sequence;
}

absl::StatusOr<Sequence> SequenceBefore(const logs::Log& log, std::int64_t row,
                                        const RunOptions& options,
                                        std::uint64_t seed) {
  const RowPlace place = PlaceOf(log, row);
  absl::StatusOr<Sequence> sequence =
      StartSequence(log, place.sequence, options, seed);
  if (!sequence.ok() || place.position == 0) return sequence;
  if (log.tokens().empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "row ", row, ": the log has no tokens, so its history is unknown"));
  }
  const auto first = static_cast<std::size_t>(row - place.position);
  const auto count = static_cast<std::size_t>(place.position);
  for (const std::int32_t token : log.tokens().subspan(first, count)) {
    const absl::Status accepted = sequence->AcceptId(token);
    if (!accepted.ok()) return accepted;
  }
  return sequence;
}

}  // namespace sampler::tools

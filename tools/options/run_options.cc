#include "tools/options/run_options.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "sampler/candidate.h"
#include "sampler/config/phases.h"
#include "sampler/logs/row_set_up.h"
#include "sampler/stages/registry.h"
#include "tools/options/typed_options.h"

namespace sampler::tools {
namespace {

constexpr char kRunGroup[] = "Randomness and clock";
constexpr std::uint32_t kLargestStream =
    std::numeric_limits<std::uint32_t>::max();

}  // namespace

void AddRunOptions(CLI::App& app, RunOptions& options) {
  AddUnsigned(app, "-s,--seed",
              "Seed of the draws (default: the config's, else 0)",
              [&options](std::uint64_t seed) { options.seed = seed; })
      ->group(kRunGroup);
  AddInteger(
      app, "--stream", "Stream of the first sequence; the next has N + 1",
      {.minimum = -std::int64_t{kLargestStream}, .maximum = kLargestStream},
      [&options](std::int64_t stream) { options.stream = stream; })
      ->group(kRunGroup);
  AddInteger(app, "--step", "Clock of schedules that follow the caller's step",
             {}, [&options](std::int64_t step) { options.step = step; })
      ->group(kRunGroup);
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

bool ReadsMasks(const PipelineConfig& config) {
  return std::any_of(
      config.stages.begin(), config.stages.end(), [](const StageConfig& stage) {
        const StageType* type = StageRegistry::BuiltIn().Find(stage.type);
        return type != nullptr && type->facts != nullptr &&
               type->facts({type->parameters, stage.parameters}).reads_mask;
      });
}

absl::StatusOr<StepInputs> InputsOf(const logs::Log& log, std::int64_t row,
                                    const PipelineConfig& config,
                                    logs::RowBuffer& buffer) {
  StepInputs inputs;
  if (!log.description().masks || !ReadsMasks(config)) return inputs;
  auto mask = log.Mask(row, buffer);
  if (!mask.ok()) return mask.status();
  inputs.mask = *mask;
  return inputs;
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

LoggedSettings SettingsFromLog(const logs::Log& log,
                               const RunOptions& options) {
  const bool told = std::any_of(
      log.sequences().begin(), log.sequences().end(),
      [](const logs::LogSequence& s) { return s.drawn_with.has_value(); });
  return {told && !options.seed.has_value(),
          told && !options.stream.has_value(),
          told && !options.step.has_value()};
}

absl::StatusOr<Sequence> StartSequence(const logs::Log& log, std::int64_t index,
                                       const RunOptions& options,
                                       const PipelineConfig& config) {
  const logs::LogSequence& logged =
      log.sequences()[static_cast<std::size_t>(index)];
  logs::DrawnWith told = logged.drawn_with.value_or(
      logs::DrawnWith{.seed = options.SeedFor(config)});
  const bool own_stream =
      logged.drawn_with.has_value() && !options.stream.has_value();
  const std::int64_t stream =
      own_stream ? told.stream : options.stream.value_or(0) + index;
  if (stream < 0 || stream > std::numeric_limits<std::uint32_t>::max()) {
    return absl::OutOfRangeError(
        absl::StrCat("--stream ", options.stream.value_or(0), ": sequence ",
                     index, " of the log would have a stream ",
                     stream < 0 ? "below 0; --rows A:B leaves sequences out"
                                : "above 2^32 - 1"));
  }
  const std::uint64_t seed = options.seed.value_or(told.seed);
  const absl::Span<const TokenId> prompt = logged.prompt;
  absl::StatusOr<Sequence> sequence = Sequence::Create(
      log.vocabulary_size(),
      {.seed = seed,
       .stream = static_cast<std::uint32_t>(stream),
       .prompt = std::vector<TokenId>(prompt.begin(), prompt.end())});
  if (!sequence.ok()) return sequence;
  sequence->set_clock(options.step.value_or(told.clock));
  sequence->FollowPhases(CompilePhases(config));
  return sequence;
}

absl::StatusOr<Sequence> SequenceBefore(const logs::Log& log, std::int64_t row,
                                        const RunOptions& options,
                                        const PipelineConfig& config) {
  const RowPlace place = PlaceOf(log, row);
  absl::StatusOr<Sequence> sequence =
      StartSequence(log, place.sequence, options, config);
  if (!sequence.ok()) return sequence;
  if (place.position > 0 && log.tokens().empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "row ", row, ": the log has no tokens, so its history is unknown"));
  }
  const auto first = static_cast<std::size_t>(row - place.position);
  const auto count = static_cast<std::size_t>(place.position);
  if (count > 0) {
    for (const TokenId token : log.tokens().subspan(first, count)) {
      if (token == logs::kNoToken) continue;
      const absl::Status accepted = sequence->AcceptId(token);
      if (!accepted.ok()) return accepted;
    }
  }
  const absl::Status ready = SetUpRow(log, row, config, *sequence);
  if (!ready.ok()) return ready;
  return sequence;
}

}  // namespace sampler::tools

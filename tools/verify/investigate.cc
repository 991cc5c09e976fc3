#include "tools/verify/investigate.h"

#include <algorithm>

#include "tools/options/seed_source.h"
#include "tools/options/unused_options.h"

namespace sampler::tools {

absl::Status CheckClaimedSeed(Claim claim, const RunOptions& run,
                              const logs::Log& log,
                              const ReplayConfigs& configs) {
  // A law is that of every seed, but for the coins of stages.
  if (claim == Claim::kLaw && !TossesCoins(configs.configs) &&
      (run.seed.has_value() || run.stream.has_value())) {
    return absl::InvalidArgumentError(
        "--seed, --stream: want none beside --claim law: it is about the "
        "chain, whatever the seed");
  }
  return claim == Claim::kLaw ? absl::OkStatus()
                              : CheckSeedIsTold(run, log, configs.configs);
}

absl::StatusOr<std::optional<NearestChain>> NearestOfFirstImpossible(
    const logs::Log& log, const ReplayConfigs& configs,
    const ReplayOptions& options, const VerifySummary& summary) {
  const auto& mismatches = summary.first_mismatches();
  const auto first = std::find_if(
      mismatches.begin(), mismatches.end(),
      [](const Mismatch& mismatch) { return mismatch.check->removed; });
  // What a stage with a memory has drawn before is not kept.
  if (first == mismatches.end() || UsesReplayedHistory(log, options)) {
    return std::nullopt;
  }
  const PipelineConfig& config = configs.Of(first->place.sequence);
  if (config.rng != Rng::kHouse) return std::nullopt;
  logs::RowBuffer buffer;
  const auto row = log.Row(first->place.row, buffer);
  if (!row.ok()) return row.status();
  const auto inputs = InputsOf(log, first->place.row, config, buffer);
  if (!inputs.ok()) return inputs.status();
  const auto sequence =
      SequenceBefore(log, first->place.row, options.run, config);
  if (!sequence.ok()) return sequence.status();
  return FindNearestChain(config, *row, *sequence, *inputs,
                          first->check->claimed);
}

}  // namespace sampler::tools

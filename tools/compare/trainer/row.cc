#include "tools/compare/trainer/row.h"

#include <algorithm>
#include <utility>

#include "sampler/arithmetic/numeric.h"
#include "tools/chains/chain_temperature.h"

namespace sampler::tools {
namespace {

// A chain that divides by the temperature of `config` and cuts nothing; empty
// where that is not one number above 0.
std::optional<Pipeline> WholeRows(const PipelineConfig& config,
                                  std::int64_t vocabulary_size) {
  const auto temperature = ChainTemperature(config);
  if (!temperature.has_value() || IsGreedy(config)) return std::nullopt;
  auto pipeline = Pipeline::Create(
      {.stages = {{"temperature", {{"temperature", *temperature}}},
                  {"categorical"}}},
      vocabulary_size);
  if (!pipeline.ok()) return std::nullopt;
  return *std::move(pipeline);
}

}  // namespace

const char* CauseName(Cause cause) {
  switch (cause) {
    case Cause::kMask:
      return "mask";
    case Cause::kTemperature:
      return "temperature";
    case Cause::kTies:
      return "ties";
    case Cause::kValues:
      return "values";
    case Cause::kEdits:
      break;
  }
  return "edits";
}

TrainerProbe::TrainerProbe(const PipelineConfig& rollout,
                           const PipelineConfig& trainer,
                           std::int64_t vocabulary_size)
    : whole_{WholeRows(rollout, vocabulary_size),
             WholeRows(trainer, vocabulary_size)} {
  auto sequence = Sequence::Create(vocabulary_size, {.seed = 0});
  if (sequence.ok()) sequence_ = *std::move(sequence);
}

TrainerProbe::KeptMass TrainerProbe::MassOf(const Logits& row,
                                            const Distribution& kept,
                                            const Distribution& whole) {
  double lowest = std::numeric_limits<double>::infinity();
  double mass = 0.0;
  kept.ForEach([&](TokenId id, double) {
    lowest = std::min(lowest, row[static_cast<std::size_t>(id)]);
    mass += Exp(whole.Logprob(id));
  });
  // Tokens as low as the lowest that is kept, and not kept.
  double tied = 0.0;
  whole.ForEach([&](TokenId id, double) {
    if (row[static_cast<std::size_t>(id)] == lowest && !kept.Contains(id)) {
      tied += Exp(whole.Logprob(id));
    }
  });
  return {Log(mass), Log(mass + tied)};
}

TrainerRow TrainerProbe::Measure(const std::array<Logits, 2>& rows,
                                 const std::array<const Distribution*, 2>& kept,
                                 TokenId target) {
  TrainerRow result;
  result.rollout = kept[0]->Logprob(target);
  result.trainer = kept[1]->Logprob(target);
  if (!whole_[0] || !whole_[1] || !sequence_) return result;
  const Distribution own =
      whole_[0]->Process(rows[0], *sequence_, workspaces_[0]);
  const Distribution cooled =
      whole_[1]->Process(rows[0], *sequence_, workspaces_[1]);
  const Distribution other =
      whole_[1]->Process(rows[1], *sequence_, workspaces_[2]);
  for (const Distribution* const d : {&own, &cooled, &other}) {
    if (d->status() != RowStatus::kOk || !d->Contains(target)) return result;
  }
  const KeptMass a = MassOf(rows[0], *kept[0], own);
  const KeptMass b = MassOf(rows[1], *kept[1], other);
  result[Cause::kTemperature] = cooled.Logprob(target) - own.Logprob(target);
  result[Cause::kValues] = other.Logprob(target) - cooled.Logprob(target);
  result[Cause::kTies] =
      (a.log_kept - a.log_with_ties) - (b.log_kept - b.log_with_ties);
  result[Cause::kMask] = a.log_with_ties - b.log_with_ties;
  // A chain that only divides and cuts has ln q = f - ln S.
  const double edits_of_a = result.rollout - (own.Logprob(target) - a.log_kept);
  const double edits_of_b =
      result.trainer - (other.Logprob(target) - b.log_kept);
  result[Cause::kEdits] = edits_of_b - edits_of_a;
  return result;
}

}  // namespace sampler::tools

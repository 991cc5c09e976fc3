#include "tools/replay/row.h"

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidate.h"
#include "tools/chains/phase_words.h"
#include "tools/replay/row_exactness.h"

namespace sampler::tools {
namespace {

// Raw mass of the kept set, as a share. A pipeline only removes, so equal
// counts mean equal sets.
double KeptMass(const Distribution& raw, const Distribution& kept) {
  if (kept.Count() == raw.Count()) return 1.0;
  Mass mass = 0;
  kept.ForEach([&](TokenId id, double) { mass += raw.WeightOf(id); });
  return Ratio(mass, raw.TotalMass());
}

void DescribeRaw(const Distribution& raw, RowResult& result) {
  result.entropy_raw = raw.Entropy();
  if (result.has_token()) {
    result.raw_logprob = raw.Logprob(result.token);
    result.raw_rank = raw.Rank(result.token);
  }
  if (result.has_target()) {
    result.target_raw_logprob = raw.Logprob(result.target);
    result.target_rank = raw.Rank(result.target);
  }
}

void DescribeFinal(const Distribution& final, RowResult& result) {
  result.kept = final.Count();
  result.entropy = final.Entropy();
  result.logprob = final.Logprob(result.token);
  if (result.has_target()) {
    result.target_logprob = final.Logprob(result.target);
    result.target_kept = final.Contains(result.target);
  }
}

// Makes of what was measured on the listed tokens what it is in the full row,
// which weighs 1 / (1 - tail mass) times as much. Its entropy is not known, nor
// the rank of a token that lies below tokens that are not listed.
void RelateToFullRow(const Logits& row, const logs::TailInfo& tail,
                     RowResult& result) {
  const double listed = Log(1.0 - tail.mass);
  const auto relate = [&](TokenId token, double& logprob, std::int64_t& rank) {
    logprob += listed;
    const bool below =
        token >= 0 && row[static_cast<std::size_t>(token)] < tail.bound;
    if (below) rank = 0;
  };
  relate(result.token, result.raw_logprob, result.raw_rank);
  relate(result.target, result.target_raw_logprob, result.target_rank);
  for (TokenLogprob& token : result.raw_top) token.logprob += listed;
  result.kept_mass *= 1.0 - tail.mass;
  result.entropy_raw = RowResult::kAbsent;
}

}  // namespace

absl::StatusOr<ReplayedRow> RowReplayer::Replay(const RowPlace& place,
                                                const Sequence& sequence) {
  const logs::Log& log = shared_.log;
  const Pipeline& pipeline = PipelineOf(place);
  const auto read = log.Row(place.row, buffer_);
  if (!read.ok()) return read.status();
  const Logits& row = *read;
  const auto bounds = BoundsOf(log, place.row);
  if (!bounds.ok()) return bounds.status();
  const auto inputs = InputsOf(log, place.row, pipeline.config(), buffer_);
  if (!inputs.ok()) return inputs.status();
  RowResult result;
  result.place = place;
  if (!pipeline.config().phases.empty()) {
    result.phase = OpenPhases(sequence.history().phases());
  }
  if (!log.tokens().empty()) {
    result.target = log.tokens()[static_cast<std::size_t>(place.row)];
  }
  const SettledRow settled =
      listed_.Settle({pipeline, row, *bounds, sequence, *inputs});
  result.basis = settled.basis;
  const Step step =
      pipeline.Process(settled.row, sequence, workspace_, *inputs);
  const Distribution& final = step.distribution();
  const Token token = step.Draw();
  result.status = token.status;
  result.token = token.id;
  if (token.bits != 0) result.u = token.u();
  if (token.status == RowStatus::kOk) {
    DescribeFinal(final, result);
    result.top = TopLogprobs(final, options_.top_logprobs);
  }
  if (options_.describe) {
    result.description = options_.describe(
        {.pipeline = pipeline,
         .row = settled.row,
         .sequence = sequence,
         .inputs = *inputs,
         .place = place,
         .logged = result.target,
         .listed = settled.completed ? std::optional(row) : std::nullopt});
  }

  const Distribution raw = shared_.raw.Process(row, sequence, raw_workspace_);
  if (look_) {
    result.finding =
        look_({place, row, *bounds, pipeline.config(), *inputs, sequence, step,
               token, raw, result.target, settled.exact()});
  }
  if (raw.status() != RowStatus::kOk) return ReplayedRow{result, token};
  DescribeRaw(raw, result);
  result.raw_top = TopLogprobs(raw, options_.top_logprobs);
  if (token.status == RowStatus::kOk) result.kept_mass = KeptMass(raw, final);

  std::int64_t hidden = 0;
  if (bounds->floor.has_value() && bounds->floor->dropped) {
    hidden = bounds->floor->count;
  }
  if (bounds->tail.has_value()) {
    hidden = bounds->tail->count;
    if (hidden > 0) RelateToFullRow(row, *bounds->tail, result);
  }
  result.removed_in_log = log.vocabulary_size() - raw.Count() - hidden;
  return ReplayedRow{result, token};
}

absl::StatusOr<Token> RowReplayer::Draw(const RowPlace& place,
                                        const Sequence& sequence) {
  const Pipeline& pipeline = PipelineOf(place);
  const auto read = shared_.log.Row(place.row, buffer_);
  if (!read.ok()) return read.status();
  const auto bounds = BoundsOf(shared_.log, place.row);
  if (!bounds.ok()) return bounds.status();
  const auto inputs =
      InputsOf(shared_.log, place.row, pipeline.config(), buffer_);
  if (!inputs.ok()) return inputs.status();
  const SettledRow settled =
      listed_.Settle({pipeline, *read, *bounds, sequence, *inputs});
  return pipeline.Sample(settled.row, sequence, workspace_, *inputs);
}

}  // namespace sampler::tools

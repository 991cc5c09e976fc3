#include "tools/replay_row.h"

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

}  // namespace

ReplayedRow RowReplayer::Replay(const RowPlace& place,
                                const Sequence& sequence) {
  const Logits row = log_.Row(place.row, buffer_);
  RowResult result;
  result.place = place;
  if (!log_.tokens().empty()) {
    result.target = log_.tokens()[static_cast<std::size_t>(place.row)];
  }
  const Distribution final = pipeline_.Process(row, sequence, workspace_);
  const Token token = pipeline_.DrawFrom(final, sequence, workspace_);
  result.status = token.status;
  result.token = token.id;
  if (token.bits != 0) result.u = token.u();
  if (token.status == RowStatus::kOk) {
    DescribeFinal(final, result);
    result.top = TopLogprobs(final, top_logprobs_);
  }

  const Distribution raw = raw_.Process(row, sequence, raw_workspace_);
  if (raw.status() != RowStatus::kOk) return {result, token};
  DescribeRaw(raw, result);
  result.raw_top = TopLogprobs(raw, top_logprobs_);
  if (token.status == RowStatus::kOk) result.kept_mass = KeptMass(raw, final);

  std::int64_t dropped = 0;
  if (const auto floor = log_.Floor(place.row); floor.has_value()) {
    result.exact = floor->count == 0;
    if (floor->dropped) dropped = floor->count;
  }
  result.removed_in_log = log_.vocabulary_size() - raw.Count() - dropped;
  return {result, token};
}

Token RowReplayer::Draw(std::int64_t row, const Sequence& sequence) {
  return pipeline_.Sample(log_.Row(row, buffer_), sequence, workspace_);
}

}  // namespace sampler::tools

#include "tools/replay/summary.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sampler::tools {

void ReplaySummary::Add(const RowResult& row) {
  ++rows_;
  ++by_status_[static_cast<std::size_t>(row.status)];
  if (!row.exact()) ++inexact_;
  if (row.basis == RowBasis::kNo) ++unknown_;
  if (row.removed_in_log > 0) ++removed_in_log_;
  if (row.status != RowStatus::kOk) return;

  kept_.Add(static_cast<double>(row.kept));
  ++kept_counts_[row.kept];
  if (std::isfinite(row.kept_mass)) kept_mass_.Add(row.kept_mass);
  if (std::isfinite(row.entropy_raw)) entropy_raw_.Add(row.entropy_raw);
  entropy_.Add(row.entropy);
  if (!row.has_target()) return;

  ++scored_;
  ranks_.Add(row.target_rank, std::isfinite(row.target_logprob));
  if (std::isnan(row.target_raw_logprob)) ++raw_unknown_;
  if (std::isfinite(row.target_raw_logprob)) {
    nll_raw_.Add(-row.target_raw_logprob);
  }
  if (std::isfinite(row.target_logprob)) {
    nll_.Add(-row.target_logprob);
    if (std::isfinite(row.target_raw_logprob)) {
      nll_raw_covered_.Add(-row.target_raw_logprob);
    }
  }
  const bool same = row.token == row.target;
  same_.Add(same ? 1.0 : 0.0);
  const bool first = divergences_.empty() ||
                     divergences_.back().sequence != row.place.sequence;
  if (!same && first) divergences_.push_back(row.place);
}

double ReplaySummary::coverage() const {
  return static_cast<double>(covered()) / static_cast<double>(scored_);
}

double ReplaySummary::nll_raw() const {
  return raw_impossible() > 0 ? std::numeric_limits<double>::infinity()
                              : nll_raw_.value();
}

std::int64_t ReplaySummary::kept_quantile(double quantile) const {
  const double wanted = quantile * static_cast<double>(kept_.count);
  std::int64_t rows = 0;
  for (const auto& [kept, count] : kept_counts_) {
    rows += count;
    if (static_cast<double>(rows) >= wanted) return kept;
  }
  return 0;
}

double ReplaySummary::kept_single() const {
  const auto single = kept_counts_.find(1);
  const std::int64_t rows = single == kept_counts_.end() ? 0 : single->second;
  return static_cast<double>(rows) / static_cast<double>(kept_.count);
}

void ReplaySummaries::Add(const RowResult& row) {
  all_.Add(row);
  if (!row.phase.has_value()) return;
  auto part = std::find_if(
      by_phase_.begin(), by_phase_.end(),
      [&](const OfPhase& known) { return known.phase == *row.phase; });
  if (part == by_phase_.end()) {
    part = by_phase_.insert(by_phase_.end(), {*row.phase, ReplaySummary()});
  }
  part->summary.Add(row);
}

}  // namespace sampler::tools

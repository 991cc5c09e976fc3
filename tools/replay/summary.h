// The metrics of a replay, over the rows that were answered:
//
//   coverage  share of the scored rows whose logged token x has q(x) > 0
//   nll_raw   -mean ln p(x)     ppl_raw = e^nll_raw    over the scored rows
//   nll       -mean ln q(x)     ppl     = e^nll        over the covered rows
//   nll_raw_covered             -mean ln p(x)          over the covered rows
//
// p is the raw and q the final distribution; a row is scored if its status is
// ok and it has a logged token. nll without its coverage means nothing: it
// forgets the tokens that the chain made impossible. Logs are natural.
//
// All sums run in row order in double, so they do not depend on threads.
//
// Thread-safety: one thread at a time.
// Cost: O(1) a row; memory for the distinct kept counts.
// Tested by: tests/tools/replay/replay_summary_test.cc,
//   tests/tools/replay/replay_phases_test.cc.

#ifndef SAMPLER_TOOLS_REPLAY_SUMMARY_H_
#define SAMPLER_TOOLS_REPLAY_SUMMARY_H_

#include <array>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sampler/row_status.h"
#include "tools/replay/rank_histogram.h"
#include "tools/replay/rows.h"

namespace sampler::tools {

// Sum and number of what was added.
struct Mean {
  double sum = 0;
  std::int64_t count = 0;

  void Add(double x) {
    sum += x;
    ++count;
  }
  // NaN of nothing.
  double value() const { return sum / static_cast<double>(count); }
};

class ReplaySummary {
 public:
  void Add(const RowResult& row);

  std::int64_t rows() const { return rows_; }
  std::int64_t rows_with(RowStatus status) const {
    return by_status_[static_cast<std::size_t>(status)];
  }
  std::int64_t inexact() const { return inexact_; }
  // Those of them that are not even bounded.
  std::int64_t unknown() const { return unknown_; }
  // Rows of the log that hold -inf.
  std::int64_t removed_in_log() const { return removed_in_log_; }

  // Scored rows, covered rows, and scored rows with p(x) = 0, whose nll_raw is
  // infinite (and so is the mean).
  std::int64_t scored() const { return scored_; }
  std::int64_t covered() const { return nll_.count; }
  std::int64_t raw_impossible() const {
    return scored_ - nll_raw_.count - raw_unknown_;
  }

  // NaN where there is nothing to average; nll_raw is +inf if raw_impossible().
  double coverage() const;
  double nll_raw() const;
  double nll() const { return nll_.value(); }
  // nll_raw over the rows of nll, so that the two can be compared. Rows whose
  // raw probability the log does not tell are left out.
  double nll_raw_covered() const { return nll_raw_covered_.value(); }
  double same() const { return same_.value(); }
  // Rows whose drawn token is the logged one.
  std::int64_t same_rows() const {
    return static_cast<std::int64_t>(same_.sum);
  }

  // Over the rows with status ok. NaN or 0 if there are none.
  double kept_mean() const { return kept_.value(); }
  // The least count that a share `quantile` of the rows does not exceed.
  std::int64_t kept_quantile(double quantile) const;
  double kept_single() const;  // Share of rows with one survivor.
  double kept_mass() const { return kept_mass_.value(); }
  double entropy_raw() const { return entropy_raw_.value(); }  // If known.
  double entropy() const { return entropy_.value(); }

  // How the logged tokens of the scored rows rank in the row as logged.
  const RankHistogram& ranks() const { return ranks_; }

  // The first row of each sequence whose drawn token is not the logged one.
  const std::vector<RowPlace>& divergences() const { return divergences_; }

 private:
  std::int64_t rows_ = 0;
  std::array<std::int64_t, std::size(kAllRowStatuses)> by_status_ = {};
  std::int64_t inexact_ = 0;
  std::int64_t unknown_ = 0;
  std::int64_t removed_in_log_ = 0;
  std::int64_t scored_ = 0;
  std::int64_t raw_unknown_ = 0;  // The log does not tell the full row.
  Mean nll_raw_;
  Mean nll_raw_covered_;
  Mean nll_;
  Mean same_;
  Mean kept_;
  Mean kept_mass_;
  Mean entropy_raw_;
  Mean entropy_;
  std::map<std::int64_t, std::int64_t> kept_counts_;  // Kept -> rows.
  RankHistogram ranks_;
  std::vector<RowPlace> divergences_;
};

// The metrics of all rows, and the same of each phase: of the rows with the
// same open phases (RowResult::phase), so that every row counts once.
class ReplaySummaries {
 public:
  struct OfPhase {
    std::string phase;
    ReplaySummary summary;
  };

  void Add(const RowResult& row);

  const ReplaySummary& all() const { return all_; }
  // In the order of their first rows; none where no row has a phase.
  const std::vector<OfPhase>& by_phase() const { return by_phase_; }

 private:
  ReplaySummary all_;
  std::vector<OfPhase> by_phase_;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_REPLAY_SUMMARY_H_

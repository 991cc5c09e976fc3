// The candidates of a step at one moment, between two stages: copied out of the
// pipeline and ranked, so that moments can be compared.
//
// Thread-safety: const methods from any number of threads.
// Cost: a sort of the candidates; explaining is for one row, not for a log.
// Tested by: tests/tools/explain_test.cc.

#ifndef SAMPLER_TOOLS_EXPLAIN_MOMENT_H_
#define SAMPLER_TOOLS_EXPLAIN_MOMENT_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/candidate.h"
#include "sampler/candidates/candidates.h"
#include "sampler/row_status.h"

namespace sampler::tools {

// Where one candidate stands among the others.
struct Standing {
  double logit = 0;
  double logprob = 0;      // As reported (distribution.h),
  double probability = 0;  // and e to the power of it.
  std::int64_t rank = 0;   // In the total order, from 1.
  double ahead = 0;        // Probability, by mass, of all that rank before it.
};

struct RankedCandidate {
  double logit = 0;
  Weight weight = 0;
  TokenId id = 0;
};

class Moment {
 public:
  // An empty moment.
  Moment() = default;
  Moment(const Candidates& candidates, std::int64_t vocabulary_size);

  RowStatus status() const { return status_; }
  std::int64_t count() const {
    return static_cast<std::int64_t>(ranked_.size());
  }
  Mass total() const { return total_; }

  // In the total order.
  absl::Span<const RankedCandidate> ranked() const { return ranked_; }

  // What a draw can meet, in the order in which it lays the candidates end to
  // end: the total order, or that of their ids.
  std::vector<RankedCandidate> LaidOut(bool by_rank) const;

  // The rest REQUIRES status() == kOk.
  double entropy() const { return entropy_; }        // Nats.
  double mean_logit() const { return mean_logit_; }  // Sum of p l.
  double head_probability() const { return Probability(ranked_[0]); }
  // By mass: what rules compare and draws go by.
  double Probability(const RankedCandidate& candidate) const {
    return Ratio(candidate.weight, total_);
  }
  // As reported: finite for every candidate, with weight or without.
  double Logprob(const RankedCandidate& candidate) const;

  bool Contains(TokenId id) const { return Find(id) != nullptr; }

  // Null for tokens that are no candidates.
  const RankedCandidate* Find(TokenId id) const;

  // Empty for tokens that are no candidates.
  std::optional<Standing> StandingOf(TokenId id) const;

  // Probability, here, of those that are still candidates in `later`.
  double MassOf(const Moment& later) const;

 private:
  RowStatus status_ = RowStatus::kNoCandidate;
  std::vector<RankedCandidate> ranked_;
  std::vector<std::int32_t> place_;  // Of every token in ranked_; -1: none.
  Mass total_ = 0;
  double entropy_ = 0;
  double mean_logit_ = 0;
  double log_sum_ = 0;  // ln of the sum of e^(l - max).
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_EXPLAIN_MOMENT_H_

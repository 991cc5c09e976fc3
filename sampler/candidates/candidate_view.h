// What can be asked of a set of candidates: how many there are, the first of
// the order, logits, weights and masses, and the draw. A Candidates
// (candidates.h) is such a view that changes as well.
//
// Answers are remembered until the set changes. House rules, costs ("a pass",
// "a converting pass") and what p, weight and total order mean: candidates.h.
//
// Thread-safety: one thread at a time; lives in a Workspace.
// Tested by: tests/candidates/candidates_test.cc (against a naive twin),
//   tests/candidates/candidates_edges_test.cc.

#ifndef SAMPLER_CANDIDATES_CANDIDATE_VIEW_H_
#define SAMPLER_CANDIDATES_CANDIDATE_VIEW_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/arithmetic/mass_rule.h"
#include "sampler/candidate.h"
#include "sampler/row_status.h"

namespace sampler {

class MassBounds;
class ProbabilityRecord;

class CandidateView {
 public:
  CandidateView(const CandidateView&) = delete;
  CandidateView& operator=(const CandidateView&) = delete;

  // kOk, or why there is nothing to draw from. Cost: O(1), or one pass.
  RowStatus status() const;

  // Number of candidates, those of weight 0 included. Cost: O(1), but a
  // converting pass in a row that has had infinities, bans or a floor.
  std::int64_t Count() const;

  // Number of those of weight > 0: the first ones of the total order. Cost:
  // that of TotalMass.
  std::int64_t WeightedCount() const;

  // The first of the total order. REQUIRES: status() is kOk (also below). Cost:
  // O(V / 64), in a list O(n).
  Candidate Likeliest() const;

  // Largest logit. Cost: that of Likeliest.
  double Max() const { return Likeliest().logit; }

  // Logit of a candidate; empty for other tokens. Cost: O(1), in a list O(log
  // n).
  std::optional<double> Logit(TokenId id) const;

  // Exact weight of a candidate, 0 for other tokens, and the sum of all. Cost:
  // an exponential, and as many as reach 37 nats below the likeliest.
  Weight WeightOf(TokenId id) const;
  Mass TotalMass() const;

  // H = -sum p ln p in nats, and the mean logit sum p l. Cost: as TotalMass.
  double Entropy() const;
  double MeanLogit() const;

  // ln of the sum of e^(l - Max()) over all candidates, those of weight 0
  // included: a floating sum (kernels/softmax_term.h, lane_sum.h), for what is
  // reported. Nothing may be decided by it.
  double LogSum() const;

  // The logprob of a candidate with this logit: (logit - Max()) - LogSum(), and
  // finite where that would overflow. For reports, too.
  double Logprob(double logit) const;

  // Standard deviation of the logits, each counted once, whatever its weight;
  // +inf if it overflows. REQUIRES for kSample: Count() >= 2. Cost: two
  // converting passes.
  double LogitDeviation(Deviation deviation = Deviation::kPopulation) const;

  // Place of a candidate in the total order, from 1; 0 for other tokens. Cost:
  // a pass.
  std::int64_t Rank(TokenId id) const;

  // The first min(n, Count()) candidates in the total order. Allocates. Cost:
  // that of InOrder.
  std::vector<Candidate> Top(std::int64_t n) const;

  // The same with weights, as a view that lasts until the next list is asked
  // for. Cost: one pass, and linear in n.
  absl::Span<const WeightedCandidate> InOrder(std::int64_t n) const;

  // Every candidate of probability >= p, judged by its weight, in id order: a
  // view, as InOrder's, that the caller may change. Cost: as KeepProbability.
  absl::Span<WeightedCandidate> OfProbability(double p) const;

  // Notes the probabilities as they stand. Cost: that of TotalMass.
  void Record(ProbabilityRecord& record) const;

  // The same as parts of `total`, that of a set before a truncation that has
  // kept its likeliest.
  void RecordPartsOf(Mass total, ProbabilityRecord& record) const;

  // Calls f(id, logit) for every candidate in id order. REQUIRES: f changes
  // nothing (gather ids first, then Remove). Cost: a converting pass.
  template <typename F>
  void ForEach(F f) const {
    ForEachRun(
        [&](absl::Span<const TokenId> ids, absl::Span<const double> logits) {
          for (std::size_t i = 0; i < ids.size(); ++i) f(ids[i], logits[i]);
        });
  }

  // The same by runs: calls f(ids, logits).
  void ForEachRun(absl::FunctionRef<void(absl::Span<const TokenId>,
                                         absl::Span<const double>)>
                      f) const;

  // Calls f(id, logit, weight) for every candidate of weight > 0 in id order.
  // REQUIRES: f changes nothing. Cost: that of TotalMass.
  template <typename F>
  void ForEachWeighted(F f) const {
    const WeightedRun all = Weighted();
    for (std::size_t i = 0; i < all.ids.size(); ++i) {
      f(all.ids[i], all.logits[i], all.weights[i]);
    }
  }

  // Has a truncation acted since Begin? Cost: O(1).
  bool truncated() const;

  // The first candidate, in id order, at which the running mass exceeds
  // `place`. REQUIRES: place < TotalMass(). Cost: that of TotalMass.
  TokenId AtMass(Mass place) const;

  // The same in the total order. Cost: also selects among the weighted ones.
  TokenId AtMassByRank(Mass place) const;

  // The token that 64 random bits draw: AtMass(PlaceOfBits(bits, TotalMass())),
  // but mostly without the exact masses. Cost: two to three passes, or as
  // AtMass.
  TokenId DrawAt(std::uint64_t bits) const;

  // The bounds on which decisions are tried: to leave them out, or to ask how
  // often they suffice. No answer depends on them.
  MassBounds& bounds() const;

  struct State;  // state.h: how it is done.

 protected:
  CandidateView();
  ~CandidateView();

  const std::unique_ptr<State> state_;

 private:
  struct WeightedRun {
    absl::Span<const TokenId> ids;
    absl::Span<const double> logits;
    absl::Span<const Weight> weights;
  };

  // The candidates of weight > 0 in id order.
  WeightedRun Weighted() const;
};

}  // namespace sampler

#endif  // SAMPLER_CANDIDATES_CANDIDATE_VIEW_H_

// The questions that a set of candidates answers: its count, its first
// candidates in order, logits, weights, masses, and the draw. Candidates
// (candidates.h) derives from it and adds the changes.
//
// Answers are remembered until the set changes. candidates.h defines p, the
// total order and the costs ("a pass", "a converting pass"); mass.h defines
// weights.
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

  // Number of candidates, those of weight 0 included. Cost: O(1); a converting
  // pass if the row held an infinity, if a Transform over the row removed
  // tokens, or if a truncation cut the row in place.
  std::int64_t Count() const;

  // Number of candidates of weight > 0. They come first in the total order.
  // Cost: that of TotalMass.
  std::int64_t WeightedCount() const;

  // The first candidate of the total order. REQUIRES: status() is kOk (also
  // below). Cost: O(V / 64), in a list O(n).
  Candidate Likeliest() const;

  // Largest logit. Cost: that of Likeliest.
  double Max() const { return Likeliest().logit; }

  // Logit of a candidate; empty for other tokens. Cost: O(1), in a list O(log
  // n).
  std::optional<double> Logit(TokenId id) const;

  // Exact weight of a candidate (0 for other tokens), and the sum of all
  // weights. Cost: one exponential for WeightOf; for TotalMass one for each
  // candidate within 37 nats of the likeliest.
  Weight WeightOf(TokenId id) const;
  Mass TotalMass() const;

  // Log(TotalMass() * 2^-51): the logarithm of the sum of e^(l - Max()), as the
  // weights round it. What a logprob is that later stages work with: (l -
  // Max()) - LogMass(). Cost: that of TotalMass.
  double LogMass() const;

  // H = -sum p ln p in nats, and the mean logit sum p l. Cost: as TotalMass.
  double Entropy() const;
  double MeanLogit() const;

  // ln of the sum of e^(l - Max()) over all candidates, those of weight 0
  // included: a floating-point sum (kernels/softmax_term.h, lane_sum.h). It is
  // for reports only: no decision may depend on it.
  double LogSum() const;

  // The logprob of a candidate with this logit: (logit - Max()) - LogSum(), or
  // the lowest double where that overflows. For reports only.
  double Logprob(double logit) const;

  // Standard deviation of the logits, each counted once, whatever its weight;
  // +inf if it overflows. REQUIRES for kSample: Count() >= 2. Cost: two
  // converting passes.
  double LogitDeviation(Deviation deviation = Deviation::kPopulation) const;

  // Place of a candidate in the total order, from 1; 0 for other tokens. Cost:
  // a pass.
  std::int64_t Rank(TokenId id) const;

  // The first min(n, Count()) candidates in the total order. Allocates. Cost:
  // that of TopWeighted.
  std::vector<Candidate> Top(std::int64_t n) const;

  // Top with weights, as a view: valid until the next call of Top, TopWeighted
  // or WithProbabilityAtLeast. Cost: one pass, and linear in n.
  absl::Span<const WeightedCandidate> TopWeighted(std::int64_t n) const;

  // Every candidate of probability >= p, decided by exact weights, in id order.
  // A view as valid as that of TopWeighted; the caller may overwrite it. Cost:
  // as KeepProbability.
  absl::Span<WeightedCandidate> WithProbabilityAtLeast(double p) const;

  // Copies the current probabilities to `record`. Cost: that of TotalMass.
  void Record(ProbabilityRecord& record) const;

  // As Record, but divides by `total`: the TotalMass of the set before a
  // truncation. REQUIRES: the truncation kept the likeliest candidate, so that
  // weights are still relative to the same maximum.
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

  // ForEach by runs: calls f(ids, logits) for each run.
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

  // Returns true if a truncation has run since Begin, even one that removed
  // nothing. Cost: O(1).
  bool truncated() const;

  // The first candidate, in id order, at which the running mass exceeds
  // `place`. REQUIRES: place < TotalMass(). Cost: that of TotalMass.
  TokenId AtMass(Mass place) const;

  // AtMass with the candidates in the total order. Cost: that of AtMass, and a
  // selection among the candidates of weight > 0.
  TokenId AtMassByRank(Mass place) const;

  // The token that 64 random bits draw: AtMass(PlaceOfBits(bits, TotalMass())).
  // Bounds mostly find it without the exact masses. Cost: two to three passes;
  // as AtMass where the bounds do not decide.
  TokenId DrawAt(std::uint64_t bits) const;

  // The float32 bounds that decisions try first. Callers may switch them off,
  // or ask how often they decide. No answer depends on them.
  MassBounds& bounds() const;

  struct State;  // Defined in state.h.

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

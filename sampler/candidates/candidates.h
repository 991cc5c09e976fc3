// The shrinking set of candidates: the language in which stages are written.
//
// A pipeline narrows a set of (logit, token id). Stages say what becomes true,
// in the words of the field, and never learn how: in which form the set is
// stored (rows/), what exact sums cost (rows/exact_masses.h), and which
// decisions bounds settle without them (bounds/).
//
// House rules, which hold for every operation:
//   * Total order: higher logit first, then lower id.
//   * At least one candidate survives every truncation; one that is removed
//     (-inf) never comes back, is never kept and never drawn.
//   * p always means the probability among the candidates at this point (unless
//     a rule says MassBasis::kOriginal), as a ratio of integer masses (mass.h).
//     Decisions about mass are declarative (keep the prefix of mass p, keep
//     what weighs so much of the total): no stage asks for a normaliser in
//     order to compare with it, so that bounds may decide where they suffice.
//   * Answers are remembered until the set changes.
//   * REQUIRES lines are for authors of stages; they are asserted in debug
//     builds. After removing tokens, ask status() before asking for anything
//     else: the set may be empty.
//
// Thread-safety: one thread at a time; lives in a Workspace.
// Cost: each operation names its own, in passes. A pass over a list visits its
//   n candidates, one over the dense form the whole row of V: about 10 us for
//   151,936 floats where it only looks for large values (it reads blocks whose
//   maximum can matter), ten times that where every value is converted and
//   handed to a function ("a converting pass"). No truncation sorts the set, on
//   any input, and nothing allocates once the workspace has grown.
// Tested by: tests/candidates/candidates_test.cc (against a naive twin),
//   tests/candidates/candidates_edges_test.cc, and every stage's comparison
//   with tests/oracle.

#ifndef SAMPLER_CANDIDATES_CANDIDATES_H_
#define SAMPLER_CANDIDATES_CANDIDATES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/arithmetic/mass_rule.h"
#include "sampler/bounds/mass_bounds.h"
#include "sampler/kernels/block.h"
#include "sampler/logits.h"
#include "sampler/row_status.h"
#include "sampler/rows/candidate_set.h"
#include "sampler/rows/exact_masses.h"
#include "sampler/rows/gather_scratch.h"
#include "sampler/rows/observer.h"
#include "sampler/rows/original_masses.h"
#include "sampler/rows/probability_record.h"
#include "sampler/token_mask.h"

namespace sampler {

struct WeightedCandidate {
  TokenId id;
  double logit;
  Weight weight;
};

// What a rule about weights may look at. `entropy` and `squares` are there if
// the rule says that it needs them.
struct Totals {
  Mass mass;             // S, the sum of all weights.
  double entropy = 0.0;  // H, in nats.
  Mass squares = 0;      // The sum of their squares.
};

// Which of them it needs besides the mass.
enum class Needs { kMass, kEntropy, kSquares };

struct WeightRule {
  Needs needs = Needs::kMass;
  std::int64_t min_keep = 1;
};

// A head of the total order: the weights of its candidates.
struct OrderHead {
  absl::Span<const Weight> weights;
  std::int64_t count;  // Of all candidates.
  bool complete;       // Does nobody else weigh anything?
};

// What a rule answers to a head: how many candidates to keep, or nothing and
// how many nats further down it would like to look.
struct HeadVerdict {
  std::optional<std::int64_t> keep = {};
  double deeper = 0.0;
};

class Candidates {
 public:
  Candidates() : masses_(set_), bounds_(set_) {}
  Candidates(const Candidates&) = delete;
  Candidates& operator=(const Candidates&) = delete;

  // Starts over on `row`. `observer` may be null; with one, every truncation
  // also costs two exact mass sums. Cost: one pass.
  void Begin(Logits row, TruncationObserver* observer = nullptr);

  // Starts over on nothing: an empty set with this status. Cost: O(1).
  void Reject(RowStatus status);

  // Makes the set before the first truncation available to rules that use
  // MassBasis::kOriginal. Called by the pipeline, before any stage, when a
  // stage declares that need. Cost: the first truncation weighs everything.
  void TrackOriginalMass() { original_.Want(); }

  // The bounds on which decisions are tried: to leave them out, or to ask how
  // often they suffice. No answer depends on them.
  MassBounds& bounds() const { return bounds_; }

  // ---- Changes ----------------------------------------------------------

  // Replaces the logit of `id` by f(logit), if `id` is still a candidate. Cost:
  // O(1), in a list O(log n).
  template <typename F>
  void Edit(TokenId id, F f) {
    set_.Edit(id, f);
  }

  // Bans a token. Cost: that of Edit, in a list O(n).
  void Remove(TokenId id) { set_.Remove(id); }

  // Bans every token that `ids` (ascending, distinct) does not list. Cost:
  // O(ids), in a list O(ids log n).
  void RemoveAllBut(absl::Span<const TokenId> ids) { set_.RemoveAllBut(ids); }

  // Bans every token that `mask` does not allow, and by `padding` those that
  // it has no bit for. Cost: O(V / 32) and the few that stay or go, a
  // converting pass where neither are few (a sixteenth of V), in a list O(n).
  void RemoveUnmasked(TokenMask mask, MaskPadding padding);

  // Multiplies every logit by `factor` > 0. Cost: O(V / 64), in a list O(n).
  void Scale(double factor) { set_.Scale(factor); }

  // Replaces every logit l by f(id, l); -inf removes the candidate. REQUIRES: f
  // is a function of its arguments (the order of the calls is not promised, and
  // it may be called twice for one candidate).
  // Cost: a converting pass; where more than a sixteenth of a row changes, also
  // one that writes V doubles, which all later passes then read. So ban tokens
  // whose ids are known by Remove, RemoveAllBut or RemoveUnmasked.
  template <typename F>
  void Transform(F f) {
    set_.Transform(f);
  }

  // Replaces every logit by f(p), p = w / S as it stands. Cost: that of
  // TotalMass and Transform, and a weight for each candidate.
  template <typename F>
  void TransformProbability(F f) {
    const double max = Max();
    const double total = ToDouble(TotalMass());
    Transform([=](TokenId, double logit) {
      return f(ShareOf(kernels::ComputeWeight(logit, max), total));
    });
  }

  // With C_i the running p of the total order, gives candidate i the
  // probability q = F(C_i) - F(C_(i-1)), F(0) = 0: its logit becomes Log(q).
  // Candidates with q <= 0 are removed. `f` replaces running p's, as many as it
  // is given, by their F. REQUIRES: F never falls, up to rounding, and F(1) =
  // 1. Cost: a linear sort of the weighted candidates.
  void TransformCumulative(absl::FunctionRef<void(absl::Span<double>)> f);

  // The same for F(C) = C^exponent.
  void RaiseCumulative(double exponent);

  // Adds one of two numbers to every logit, by whether the token is chosen.
  // `shifts` makes the two of the mass of the chosen and that of all.
  // `is_chosen` is asked once per candidate. Cost: that of TotalMass and
  // Transform, and a converting pass.
  struct Shifts {
    double chosen;
    double others;
  };
  void ShiftByMass(absl::FunctionRef<bool(TokenId)> is_chosen,
                   absl::FunctionRef<Shifts(Mass chosen, Mass total)> shifts);

  // Replaces every logit by its log-probability: l - M - Log(S * 2^-51). Cost:
  // that of TotalMass and Transform.
  void Normalize();

  // Starts over on exactly these, with the status kOk. REQUIRES: ids ascend,
  // logits are finite; for pipelines that computed a set elsewhere (parity/).
  // Cost: O(ids).
  void SetTo(absl::Span<const TokenId> ids, absl::Span<const double> logits) {
    set_.SetTo(ids, logits);
  }

  // ---- Truncations ------------------------------------------------------
  // Cost: one pass and work on what stays, unless it says otherwise; those that
  // speak of mass, of a mean or of a deviation weigh every candidate
  // (TotalMass) where float32 bounds, which take two to three passes, leave two
  // answers.

  // The first k of the total order. REQUIRES: k >= 1.
  void KeepTop(std::int64_t k, Ties ties = Ties::kExact);

  // Every candidate with logit >= threshold; at least the first `min_keep`.
  void KeepAbove(double threshold, std::int64_t min_keep = 1);

  // Every candidate within n standard deviations of the largest logit
  // (LogitDeviation): l >= max - n sigma; at least the first `min_keep`.
  // REQUIRES: n > 0, Count() >= 2.
  void KeepWithinDeviations(double n, Deviation deviation,
                            std::int64_t min_keep = 1);

  // Every candidate of weight >= least(totals); at least the first `min_keep`.
  // REQUIRES: `least` is monotone in each of the numbers that it looks at, as
  // it computes; it may be called several times, for bounds of them.
  void KeepWeights(absl::FunctionRef<Mass(const Totals&)> least,
                   const WeightRule& rule = {});

  // Every candidate of probability >= p: w >= Target(p, S). REQUIRES (also
  // below): 0 <= p <= 1.
  void KeepProbability(double p, std::int64_t min_keep = 1) {
    KeepWeights([p](const Totals& t) { return Target(p, t.mass); },
                {.min_keep = min_keep});
  }

  // The shortest prefix of the total order whose mass reaches p.
  void KeepMass(double p, const MassRule& rule = {});

  // The same for the order by |-ln p_i - H|, least first: the tokens whose
  // surprise is most typical. `crossing`, `basis` and `tie_order` do not apply.
  void KeepTypical(double p, const MassRule& rule = {});

  // The first candidates of the total order, as many as `decide` says: it is
  // shown ever longer heads until it answers, in the end a complete one. Cost:
  // a linear sort of the longest head.
  void KeepDecidedByHead(
      absl::FunctionRef<HeadVerdict(const OrderHead&)> decide);

  // All but these, in id order, of its candidates. REQUIRES: one stays. Cost:
  // O(these), in a list O(n).
  void Exclude(absl::Span<const WeightedCandidate> these);

  // ---- Questions --------------------------------------------------------

  // kOk, or why there is nothing to draw from. Cost: O(1), or one pass.
  RowStatus status() const { return set_.status(); }

  // Number of candidates, those of weight 0 included. Cost: O(1), but a
  // converting pass in a row that has had infinities, bans or a floor.
  std::int64_t Count() const { return set_.Count(); }

  // Number of those of weight > 0: the first ones of the total order. Cost:
  // that of TotalMass.
  std::int64_t WeightedCount() const;

  // The first of the total order. REQUIRES: status() is kOk (also below). Cost:
  // O(V / 64), in a list O(n).
  Candidate Head() const { return set_.Likeliest(); }

  // Largest logit. Cost: that of Head.
  double Max() const { return set_.Max(); }

  // Logit of a candidate; empty for other tokens. Cost: O(1), in a list O(log
  // n).
  std::optional<double> Logit(TokenId id) const;

  // Exact weight of a candidate, 0 for other tokens, and the sum of all. Cost:
  // an exponential, and as many as reach 37 nats below the likeliest.
  Weight WeightOf(TokenId id) const { return masses_.WeightOf(id); }
  Mass TotalMass() const { return masses_.Total(); }

  // H = -sum p ln p in nats, and the mean logit sum p l. Cost: as TotalMass.
  double Entropy() const;
  double MeanLogit() const { return Max() + masses_.MeanOffset(); }

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
  double LogitDeviation(Deviation deviation = Deviation::kPopulation) const {
    return masses_.LogitDeviation(deviation);
  }

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
    set_.ForEachReaching(kLowestLogit, f);
  }

  // Calls f(id, logit, weight) for every candidate of weight > 0 in id order.
  // REQUIRES: f changes nothing. Cost: that of TotalMass.
  template <typename F>
  void ForEachWeighted(F f) const {
    const ExactMasses::Support& s = masses_.support();
    for (std::size_t i = 0; i < s.list.size(); ++i) {
      f(s.list.ids()[i], s.list.logits()[i], s.weight_of[i]);
    }
  }

  // Has a truncation acted since Begin? Cost: O(1).
  bool truncated() const { return truncated_; }

  // The first candidate, in id order, at which the running mass exceeds
  // `place`. REQUIRES: place < TotalMass(). Cost: that of TotalMass.
  TokenId AtMass(Mass place) const { return masses_.AtMass(place); }

  // The same in the total order. Cost: also selects among the weighted ones.
  TokenId AtMassByRank(Mass place) const;

  // The token that 64 random bits draw: AtMass(Scale(bits, TotalMass())), but
  // mostly without the exact masses. Cost: two to three passes, or as AtMass.
  TokenId DrawAt(std::uint64_t bits) const;

 private:
  class Truncating;

  // Are there bounds of the masses? Not where these are at hand exactly.
  bool HaveBounds() const;
  // What `least` says, somewhere between these, and exactly.
  MassInterval BoundLeast(absl::FunctionRef<Mass(const Totals&)> least,
                          Needs needs) const;
  Mass FindLeast(absl::FunctionRef<Mass(const Totals&)> least,
                 Needs needs) const;
  // The first k, without a report.
  void KeepFirstOfAll(std::int64_t k, Ties ties);
  void KeepOriginalMass(double p, const MassRule& rule);
  // Gathers the first n in scratch_.gathered.
  void GatherTop(std::int64_t n) const;

  CandidateSet set_;
  ExactMasses masses_;
  mutable MassBounds bounds_;
  OriginalMasses original_;
  TruncationObserver* observer_ = nullptr;
  bool truncated_ = false;

  mutable GatherScratch scratch_;
  mutable std::vector<WeightedCandidate> listed_;
  std::vector<bool> chosen_;  // By id.
  std::vector<TokenId> allowed_;
};

}  // namespace sampler

#endif  // SAMPLER_CANDIDATES_CANDIDATES_H_

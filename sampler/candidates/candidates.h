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
// Functions that are handed in run over runs of candidates, so that they are
// inlined there; how the set does the rest stands in its .cc files.
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

#include <algorithm>
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
#include "sampler/candidates/candidate_view.h"
#include "sampler/candidates/observer.h"
#include "sampler/candidates/rules.h"
#include "sampler/logits.h"
#include "sampler/row_status.h"
#include "sampler/token_mask.h"

namespace sampler {

class Candidates : public CandidateView {
 public:
  Candidates();
  ~Candidates();

  // Starts over on `row`. `observer` may be null; with one, every truncation
  // also costs two exact mass sums. Cost: one pass.
  void Begin(Logits row, TruncationObserver* observer = nullptr);

  // Starts over on nothing: an empty set with this status. Cost: O(1).
  void Reject(RowStatus status);

  // Makes the set before the first truncation available to rules that use
  // MassBasis::kOriginal. Called by the pipeline, before any stage, when a
  // stage declares that need. Cost: the first truncation weighs everything.
  void TrackOriginalMass();

  // ---- Changes ----------------------------------------------------------

  // Replaces the logit of `id` by f(logit), if `id` is still a candidate. Cost:
  // O(1), in a list O(log n).
  void Edit(TokenId id, absl::FunctionRef<double(double)> f);

  // Replaces the logit l of every ids[i] that is a candidate by f(i, l).
  // REQUIRES: no id occurs twice. Cost: that of so many edits.
  template <typename F>
  void EditEach(absl::Span<const TokenId> ids, F f) {
    constexpr std::size_t kBatch = 64;
    double before[kBatch];
    double after[kBatch];
    for (std::size_t first = 0; first < ids.size(); first += kBatch) {
      const absl::Span<const TokenId> part = ids.subspan(first, kBatch);
      LoadEach(part, before);
      for (std::size_t i = 0; i < part.size(); ++i) {
        after[i] = IsRemoved(before[i]) ? kRemoved : f(first + i, before[i]);
      }
      StoreEach(part, before, after);
    }
  }

  // Bans a token. Cost: that of Edit, in a list O(n).
  void Remove(TokenId id);

  // Bans every token that `ids` (ascending, distinct) does not list. Cost:
  // O(ids), in a list O(ids log n).
  void RemoveAllBut(absl::Span<const TokenId> ids);

  // Bans every token that `mask` does not allow, and by `padding` those that
  // it has no bit for. Cost: O(V / 32) and the few that stay or go, a
  // converting pass where neither are few (a sixteenth of V), in a list O(n).
  void RemoveUnmasked(TokenMask mask, MaskPadding padding);

  // Multiplies every logit by `factor` > 0. Cost: O(V / 64), in a list O(n).
  void Scale(double factor);

  // Replaces every logit l by f(id, l); -inf removes the candidate. REQUIRES: f
  // is a function of its arguments (the order of the calls is not promised, and
  // it may be called twice for one candidate).
  // Cost: a converting pass; where more than a sixteenth of a row changes, also
  // one that writes V doubles, which all later passes then read. So ban tokens
  // whose ids are known by Remove, RemoveAllBut or RemoveUnmasked.
  template <typename F>
  void Transform(F f) {
    TransformRuns(
        [&](absl::Span<const TokenId> ids, absl::Span<double> logits) {
          for (std::size_t i = 0; i < ids.size(); ++i) {
            if (!IsRemoved(logits[i])) logits[i] = f(ids[i], logits[i]);
          }
        });
  }

  // Replaces every logit by f(p), p = w / S as it stands. Cost: that of
  // TotalMass and Transform, and a weight for each candidate.
  template <typename F>
  void TransformProbability(F f) {
    TransformProbabilities([&](absl::Span<double> p) {
      std::transform(p.begin(), p.end(), p.begin(), f);
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
  void ShiftByMass(absl::FunctionRef<bool(TokenId)> is_chosen,
                   absl::FunctionRef<Shifts(Mass chosen, Mass total)> shifts);

  // Replaces every logit by its log-probability: l - M - Log(S * 2^-51). Cost:
  // that of TotalMass and Transform.
  void Normalize();

  // Starts over on exactly these, with the status kOk. REQUIRES: ids ascend,
  // logits are finite; for pipelines that computed a set elsewhere (parity/).
  // Cost: O(ids).
  void SetTo(absl::Span<const TokenId> ids, absl::Span<const double> logits);

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

  // Every candidate of probability >= p: w >= LeastMass(p, S). REQUIRES (also
  // below): 0 <= p <= 1.
  void KeepProbability(double p, std::int64_t min_keep = 1) {
    KeepWeights([p](const Totals& t) { return LeastMass(p, t.mass); },
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

 private:
  // The logits of `ids`, kRemoved for those that are no candidates; and back:
  // before[i] becomes after[i], unless it is kRemoved.
  void LoadEach(absl::Span<const TokenId> ids, double* logits) const;
  void StoreEach(absl::Span<const TokenId> ids, const double* before,
                 const double* after);

  // f(ids, logits) replaces the logits of a run of candidates, and leaves those
  // that are kRemoved.
  void TransformRuns(
      absl::FunctionRef<void(absl::Span<const TokenId>, absl::Span<double>)> f);
  // f(p) replaces the probabilities of a run by logits. What it makes of those
  // that are removed is not looked at.
  void TransformProbabilities(absl::FunctionRef<void(absl::Span<double>)> f);
};

}  // namespace sampler

#endif  // SAMPLER_CANDIDATES_CANDIDATES_H_

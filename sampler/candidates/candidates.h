// The shrinking set of candidates: the language in which stages are written.
//
// A pipeline narrows a set of (logit, token id). A stage names the result it
// wants (keep the first k, keep mass p) and never sees how the set is stored
// (rows/), how exact masses are summed (rows/exact_masses.h), or which
// decisions float32 bounds settle without exact masses (bounds/).
//
// House rules, which hold for every operation:
//   * Total order: higher logit first, then lower id.
//   * At least one candidate survives every truncation. A removed candidate
//     (logit -inf) never comes back and is never drawn.
//   * p is the probability among the current candidates (unless a rule says
//     MassBasis::kOriginal): a ratio of integer masses (mass.h). A stage states
//     its condition on mass (KeepMass, KeepWeights) and does not compute a
//     total to compare with, because bounds can then decide without the total.
//   * Answers are remembered until the set changes.
//   * REQUIRES lines are for authors of stages; they are asserted in debug
//     builds. After removing tokens, ask status() before asking for anything
//     else: the set may be empty.
//
// The templates here loop over runs of candidates, so that the compiler can
// inline the function they are given. The .cc files do the rest.
//
// Thread-safety: one thread at a time; lives in a Workspace.
// Cost: each operation names its own, in passes. The set is a dense row of V
//   slots or a list of n candidates; "in a list" names the cost there. A pass
//   over the row takes about 10 us for 151,936 floats if it only looks for
//   large values (it skips blocks whose maximum is too low), and ten times that
//   if it converts every value and calls a function ("a converting pass").
//   Truncations take linear time on any input. Nothing but Top allocates once
//   the workspace has grown.
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

  // Makes the set empty, with this status. Cost: O(1).
  void Reject(RowStatus status);

  // Makes the first truncation store the weights it meets, for rules with
  // MassBasis::kOriginal. The pipeline calls it before the first stage if a
  // stage needs it (Stage::NeedsOriginalMass). Cost: the first truncation
  // weighs every candidate.
  void TrackOriginalMass();

  // ---- Changes ----------------------------------------------------------

  // Replaces the logit of `id` by f(logit), if `id` is still a candidate. Cost:
  // O(1), in a list O(log n).
  void Edit(TokenId id, absl::FunctionRef<double(double)> f);

  // Replaces the logit l of every ids[i] that is a candidate by f(i, l).
  // REQUIRES: no id occurs twice. Cost: one Edit for each id.
  template <typename F>
  void EditEach(absl::Span<const TokenId> ids, F f) {
    constexpr std::size_t kBatch = 256;
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

  // Bans every token that `mask` does not allow. `padding` decides about tokens
  // that have no bit in the mask. Cost: O(V / 32) plus the tokens that stay, or
  // those that go, if either are at most a sixteenth of V; else a converting
  // pass. In a list O(n).
  void RemoveUnmasked(TokenMask mask, MaskPadding padding);

  // Multiplies every logit by `factor` > 0. Cost: O(V / 64), in a list O(n).
  void Scale(double factor);

  // Replaces every logit l by f(id, l); -inf removes the candidate. REQUIRES: f
  // depends on its arguments alone (it is called in any order, and may be
  // called twice for one candidate).
  // Cost: a converting pass. If more than a sixteenth of a row changes, a
  // second pass writes V doubles, and all later passes read these. So ban
  // tokens of known ids by Remove, RemoveAllBut or RemoveUnmasked instead.
  template <typename F>
  void Transform(F f) {
    TransformRuns(
        [&](absl::Span<const TokenId> ids, absl::Span<double> logits) {
          for (std::size_t i = 0; i < ids.size(); ++i) {
            if (!IsRemoved(logits[i])) logits[i] = f(ids[i], logits[i]);
          }
        });
  }

  // Transform by runs of at most kernels::kBlockSize candidates, whose ids
  // ascend: f(ids, logits) replaces the logits, and must leave logits that are
  // kRemoved. For f that handles many at a time.
  void TransformRuns(
      absl::FunctionRef<void(absl::Span<const TokenId>, absl::Span<double>)> f);

  // Replaces every logit by f(p), where p = w / S before the call. Cost:
  // TotalMass, Transform and a weight for each candidate.
  template <typename F>
  void TransformProbability(F f) {
    TransformProbabilities([&](absl::Span<double> p) {
      std::transform(p.begin(), p.end(), p.begin(), f);
    });
  }

  // Let C_i be the sum of p over the first i candidates of the total order, and
  // F the function that `f` applies to each number of a span, in place.
  // Candidate i gets the probability q = F(C_i) - F(C_(i-1)), with F(0) = 0:
  // its logit becomes Log(q), and q <= 0 removes it. REQUIRES: F never falls,
  // up to rounding, and F(1) = 1. Cost: a linear sort of the weighted
  // candidates.
  void TransformCumulative(absl::FunctionRef<void(absl::Span<double>)> f);

  // TransformCumulative with F(C) = C^exponent.
  void RaiseCumulative(double exponent);

  // Adds one number to the logits of chosen candidates and another to the
  // others. `is_chosen` is called once per candidate; `shifts` computes both
  // numbers from the mass of the chosen and the total mass. Cost: TotalMass,
  // Transform and a converting pass.
  void ShiftByMass(absl::FunctionRef<bool(TokenId)> is_chosen,
                   absl::FunctionRef<Shifts(Mass chosen, Mass total)> shifts);

  // Replaces every logit l by its log-probability: (l - Max()) - Log(S *
  // 2^-51), S the total mass. Cost: that of TotalMass and Transform.
  void Normalize();

  // Starts over on exactly these candidates, with status kOk. For pipelines
  // that compute the set elsewhere (parity/). REQUIRES: ids ascend, logits are
  // finite.
  // Cost: O(ids).
  void ResetTo(absl::Span<const TokenId> ids, absl::Span<const double> logits);

  // ---- Truncations ------------------------------------------------------
  // Each comment says which candidates the operation keeps. Cost, unless named:
  // one pass, and work on the candidates that stay. Operations on mass, a mean
  // or a deviation first try float32 bounds, in two to three passes; they weigh
  // every candidate (TotalMass) only if the bounds leave more than one answer.

  // The first k candidates of the total order. REQUIRES: k >= 1.
  void KeepTop(std::int64_t k, Ties ties = Ties::kExact);

  // Every candidate with logit >= threshold; at least the first `min_keep`.
  void KeepAbove(double threshold, std::int64_t min_keep = 1);

  // Every candidate within n standard deviations of the largest logit
  // (LogitDeviation): l >= max - n sigma; at least the first `min_keep`.
  // REQUIRES: n > 0, Count() >= 2.
  void KeepWithinDeviations(double n, Deviation deviation,
                            std::int64_t min_keep = 1);

  // Every candidate of weight >= least(totals); at least the first `min_keep`.
  // `least` may be called several times, with lower and upper bounds of the
  // totals. REQUIRES: its result, as rounded, is monotone in each total that it
  // reads.
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

  // As KeepMass, but in the order of |-ln p_i - H|, least first: the tokens
  // whose surprise is closest to the expected one. Ignores the rule's
  // `crossing`, `basis` and `tie_order`.
  void KeepTypical(double p, const MassRule& rule = {});

  // The first candidates of the total order, as many as `decide` answers. It is
  // called with ever longer heads until it answers; the last head is complete.
  // If it never answers, every candidate stays. Cost: a linear sort of each
  // head.
  void KeepDecidedByHead(
      absl::FunctionRef<HeadVerdict(const OrderHead&)> decide);

  // Every candidate but `these`. REQUIRES: `these` are candidates, in id order,
  // and at least one other stays. Cost: O(these), in a list O(n).
  void RemoveAll(absl::Span<const WeightedCandidate> these);

 private:
  // LoadEach reads the logits of `ids`, and kRemoved for ids that are no
  // candidates. StoreEach replaces logit before[i] by after[i], and skips ids
  // whose before[i] is kRemoved.
  void LoadEach(absl::Span<const TokenId> ids, double* logits) const;
  void StoreEach(absl::Span<const TokenId> ids, const double* before,
                 const double* after);

  // f(p) replaces the probabilities of a run by logits. Its results for removed
  // candidates are ignored.
  void TransformProbabilities(absl::FunctionRef<void(absl::Span<double>)> f);
};

}  // namespace sampler

#endif  // SAMPLER_CANDIDATES_CANDIDATES_H_

// The survivors of a row after a pipeline's stages, and their exact masses.
//
// It gives two kinds of numbers:
//
//   mass      A survivor is drawn with probability w / S, integer weight w and
//             total S (mass.h): Probability, WeightOf, TotalMass, Draw. A
//             survivor more than about 36 nats below the likeliest has weight
//             0: it counts as one, has probability 0 and is never drawn (all
//             such tokens of a 262,144-token row together weigh under 6e-11 of
//             the likeliest).
//   logprob   For reports: Logprob is (l - M) - ln sum e^(l - M) in double, for
//             every survivor, however unlikely. Tokens of weight 0 have a
//             finite logprob too.
//
// The two agree: e^Logprob differs from Probability by about 2^-51 times the
// likeliest token's probability.
//
// A view into its Workspace and onto the caller's row. It is valid until the
// workspace is used again (then status() is kWrongStep), and only while the
// row's memory is unchanged.
// Thread-safety: one thread at a time (answers are remembered when first
// asked for).
// Cost: each answer is computed when it is first asked for, exactly, and then
//   remembered.
// Tested by: tests/pipeline_test.cc, tests/laws/draw_test.cc, draw_law_test.cc,
//   tests/oracle_test.cc.

#ifndef SAMPLER_DISTRIBUTION_H_
#define SAMPLER_DISTRIBUTION_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/candidate.h"
#include "sampler/row_status.h"

namespace sampler {

class CandidateView;
class ProbabilityRecord;

class Distribution {
 public:
  // `candidates` must outlive the view.
  explicit Distribution(const CandidateView& candidates)
      : candidates_(&candidates) {}

  // The distribution of the current step of a workspace. `steps` is the
  // workspace's step counter: once it counts on, status() is kWrongStep.
  Distribution(const CandidateView& candidates, const std::uint64_t& steps)
      : candidates_(&candidates), steps_(&steps), step_(steps) {}

  // kOk, or why there is nothing to draw from; kWrongStep if the workspace has
  // begun another step. Unless it is kOk, the other functions answer as for an
  // empty set: 0, false, -inf, token -1, nothing to visit.
  RowStatus status() const;

  // Returns true if it is the distribution of these candidates at the current
  // value of the step counter `steps`.
  bool IsOf(const CandidateView& candidates, const std::uint64_t& steps) const {
    return candidates_ == &candidates && steps_ == &steps && step_ == steps;
  }

  // Number of survivors, those of weight 0 included.
  std::int64_t Count() const;

  bool Contains(TokenId id) const;

  // Probability that a draw picks the token; 0 if it was removed or has weight
  // 0.
  double Probability(TokenId id) const;

  // Natural log-probability of a token, in double and finite for every
  // survivor; -inf for removed tokens. The sum of exponentials runs over all
  // survivors in the order of lane_sum.h, so that its bits are the same on
  // every machine. Cost: the first call passes over the survivors, which takes
  // as long as 9 reads of the row if nothing was removed; later calls cost a
  // look-up.
  double Logprob(TokenId id) const;

  // The logprob of a survivor, given its logit. REQUIRES: status() is kOk.
  double LogprobAt(double logit) const;

  // Place in the total order, from 1; 0 for tokens that were removed.
  std::int64_t Rank(TokenId id) const;

  // H = -sum p ln p in nats.
  double Entropy() const;

  // The first min(n, Count()) survivors in the total order, with their logits
  // as the pipeline left them.
  std::vector<Candidate> Top(std::int64_t n) const;

  // Top with weights and without an allocation. A view: valid until the next
  // call of any function.
  absl::Span<const WeightedCandidate> TopWeighted(std::int64_t n) const;

  // Calls f(id, logit) for every survivor in id order.
  template <typename F>
  void ForEach(F f) const {
    VisitRuns(
        [&](absl::Span<const TokenId> ids, absl::Span<const double> logits) {
          for (std::size_t i = 0; i < ids.size(); ++i) f(ids[i], logits[i]);
        });
  }

  // The token that 64 random bits pick: the first survivor, by ascending id,
  // whose running mass exceeds floor(bits * S / 2^64). It does not depend on
  // the pipeline's own draw.
  //
  // For n draws from one row, use sequence.coins().Bits(Purpose::kCaller, 0, i)
  // for draw i. Given the distribution the draws are independent. But all of
  // them share the random numbers that stages used (xtc tosses one coin:
  // Stage::UsesCoins), so each draw has the law of the pipeline, and together
  // they are not n independent steps. For independent steps, and for forks that
  // continue alone, call Process for each.
  TokenId Draw(std::uint64_t bits) const;

  // Copies the probabilities to `record`, which stays valid when the workspace
  // is used again. REQUIRES: status() is kOk.
  void Record(ProbabilityRecord& record) const;

  // Exact masses, for exact comparisons.
  Weight WeightOf(TokenId id) const;
  Mass TotalMass() const;

 private:
  bool ok() const { return status() == RowStatus::kOk; }

  // Calls f(ids, logits) for runs of survivors, all of them in id order.
  void VisitRuns(absl::FunctionRef<void(absl::Span<const TokenId>,
                                        absl::Span<const double>)>
                     f) const;

  const CandidateView* candidates_;
  const std::uint64_t* steps_ = nullptr;  // Null: not of a workspace.
  std::uint64_t step_ = 0;
};

}  // namespace sampler

#endif  // SAMPLER_DISTRIBUTION_H_

// What a pipeline leaves of a row: the survivors and their exact masses.
//
// Two kinds of numbers, for two purposes:
//
//   mass      A survivor is drawn with probability w / S, integer weight w and
//             total S (mass.h): Probability, WeightOf, TotalMass, Draw. A
//             survivor more than about 36 nats below the likeliest has weight
//             0: it counts as one, has probability 0 and is never drawn (all
//             such tokens of a 262,144-token row together weigh under 6e-11 of
//             the likeliest).
//   logprob   What is reported: Logprob is (l - M) - ln sum e^(l - M) in
//             double, for every survivor, however unlikely. That a token has
//             no weight is a fact about the draw, not about its logprob.
//
// Where a weight has digits to spare the two agree: e^Logprob is Probability to
// about 2^-51 times the likeliest token's.
//
// A view into the Workspace it came from and onto the caller's row: valid until
// the workspace is used again (the status is then kWrongStep), and only while
// the row's memory is unchanged.
// Thread-safety: one thread at a time (answers are remembered when first
// asked for).
// Cost: what is asked for is computed on demand, exactly, once.
// Tested by: tests/pipeline_test.cc, tests/laws/draw_test.cc,
// tests/oracle_test.cc.

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

  // That of step number `steps` of a workspace, which counts on.
  Distribution(const CandidateView& candidates, const std::uint64_t& steps)
      : candidates_(&candidates), steps_(&steps), step_(steps) {}

  // Anything but kOk: there is nothing to draw from. All that is asked then is
  // answered as for an empty set: 0, false, -inf, token -1, nothing to visit.
  // kWrongStep: the workspace has begun another step.
  RowStatus status() const;

  // Is it of these candidates, and of the step that `steps` stands at?
  bool IsOf(const CandidateView& candidates, const std::uint64_t& steps) const {
    return candidates_ == &candidates && steps_ == &steps && step_ == steps;
  }

  // Survivors, those of weight 0 included.
  std::int64_t Count() const;

  bool Contains(TokenId id) const;

  // Probability that a draw picks the token: 0 for those that were removed or
  // have no weight.
  double Probability(TokenId id) const;

  // Natural log-probability of a token, in double and finite for every
  // survivor; -inf for those that were removed. The sum of exponentials runs
  // over all survivors in the order of lane_sum.h, so that its bits are the
  // same on every machine. Cost: the first one a pass over the survivors, 9
  // reads of a row that nothing was removed from; then that of a look-up.
  double Logprob(TokenId id) const;

  // The same by a survivor's logit. REQUIRES: status() is kOk.
  double LogprobAt(double logit) const;

  // Place in the total order, from 1; 0 for tokens that were removed.
  std::int64_t Rank(TokenId id) const;

  // H = -sum p ln p in nats.
  double Entropy() const;

  // The first min(n, Count()) survivors in the total order, with their logits
  // as the pipeline left them.
  std::vector<Candidate> Top(std::int64_t n) const;

  // The same with weights and without an allocation: a view that is valid until
  // anything else is asked.
  absl::Span<const WeightedCandidate> InOrder(std::int64_t n) const;

  // Calls f(id, logit) for every survivor in id order.
  template <typename F>
  void ForEach(F f) const {
    VisitRuns(
        [&](absl::Span<const TokenId> ids, absl::Span<const double> logits) {
          for (std::size_t i = 0; i < ids.size(); ++i) f(ids[i], logits[i]);
        });
  }

  // The token that 64 random bits pick by ascending id, whatever draw the
  // pipeline ends in: the first survivor whose running mass exceeds
  // floor(bits * S / 2^64).
  //
  // For n draws from one row: draw i with
  // sequence.coins().Bits(Purpose::kCaller, 0, i). Given the distribution they
  // are independent. What the stages made of their own coins (xtc, if it fires:
  // Stage::UsesCoins) is the same for all of them: each draw has the law of the
  // pipeline, but together they are not n steps of their own. For those, as for
  // forks that go on alone, call Process for each.
  TokenId Draw(std::uint64_t bits) const;

  // The probabilities as a value of its own, that outlives the workspace's next
  // use. REQUIRES: status() is kOk.
  void Record(ProbabilityRecord& record) const;

  // Exact masses, for whoever compares them.
  Weight WeightOf(TokenId id) const;
  Mass TotalMass() const;

 private:
  bool ok() const { return status() == RowStatus::kOk; }

  // Calls f(ids, logits) for runs of survivors, all of them in id order.
  void VisitRuns(absl::FunctionRef<void(absl::Span<const TokenId>,
                                        absl::Span<const double>)>
                     f) const;

  const CandidateView* candidates_;
  const std::uint64_t* steps_ = nullptr;  // Null: of no workspace.
  std::uint64_t step_ = 0;
};

}  // namespace sampler

#endif  // SAMPLER_DISTRIBUTION_H_

// What a pipeline leaves of a row: the survivors and their exact masses.
//
// A survivor's probability is w / S with integer weight w and total S (mass.h).
// Survivors more than about 36 nats below the likeliest have weight 0: they
// count as survivors, have probability 0 and are never drawn (all such tokens
// of a 262,144-token row together weigh under 6e-11 of the likeliest).
//
// A view into the Workspace it came from, valid until that is used again.
// Thread-safety: one thread at a time (answers are remembered when first
// asked for).
// Cost: what is asked for is computed on demand, exactly, once.
// Tested by: tests/pipeline_test.cc, tests/draw_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_DISTRIBUTION_H_
#define SAMPLER_DISTRIBUTION_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "sampler/candidates.h"
#include "sampler/mass.h"
#include "sampler/numeric.h"
#include "sampler/row_status.h"

namespace sampler {

class Distribution {
 public:
  // `candidates` must outlive the view.
  explicit Distribution(const Candidates& candidates)
      : candidates_(&candidates) {}

  // Anything but kOk: there is nothing to draw from, and nothing below may be
  // asked for but Count.
  RowStatus status() const { return candidates_->status(); }

  // Survivors, those of weight 0 included.
  std::int64_t Count() const { return candidates_->Count(); }

  bool Contains(TokenId id) const { return candidates_->Logit(id).has_value(); }

  // Probability of a token; 0 for those that were removed.
  double Probability(TokenId id) const {
    return Ratio(candidates_->WeightOf(id), candidates_->TotalMass());
  }

  // ln of it; -inf where it is 0.
  double Logprob(TokenId id) const { return Log(Probability(id)); }

  // Place in the total order, from 1; 0 for tokens that were removed.
  std::int64_t Rank(TokenId id) const { return candidates_->Rank(id); }

  // H = -sum p ln p in nats.
  double Entropy() const { return candidates_->Entropy(); }

  // The first min(n, Count()) survivors in the total order, with their logits
  // as the pipeline left them.
  std::vector<Candidate> Top(std::int64_t n) const {
    return candidates_->Top(n);
  }

  // Calls f(id, logit) for every survivor in id order.
  template <typename F>
  void ForEach(F f) const {
    candidates_->ForEach(f);
  }

  // The token that 64 random bits pick: the first survivor, in id order, whose
  // running mass exceeds floor(bits * S / 2^64).
  TokenId Draw(std::uint64_t bits) const {
    return candidates_->AtMass(Scale(bits, candidates_->TotalMass()));
  }

  // Exact masses, for whoever compares them.
  Weight WeightOf(TokenId id) const { return candidates_->WeightOf(id); }
  Mass TotalMass() const { return candidates_->TotalMass(); }

 private:
  friend class Pipeline;

  const Candidates* candidates_;
};

}  // namespace sampler

#endif  // SAMPLER_DISTRIBUTION_H_

// EES, entropy equilibrium: keeps the likeliest tokens up to the point where
// their mass exceeds the entropy among them, as a share of its maximum.
//
//   P_k = the mass of the k likeliest
//   H_k = their entropy, renormalised, as a share of its maximum: H / ln k
//   kept = i - 1 for the first i >= 2 with H_i < P_i; all if there is none
//
// H_i < P_i is compared as  ln m - (sum w ln w) / m  <  (m / S) ln i,  with m
// the exact mass of the i, summed in the total order.
//
// Contract: no parameter of the method; nothing is neutral. If all logits are
//   equal, all tokens stay. `min_keep` re-admits.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: that of the exact total mass, and a logarithm for each token of a head
//   of the total order that is looked at in steps of 6 nats.
// Source: arXiv 2512.00789.
// Tested by: tests/stages/truncations/ees_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_TRUNCATIONS_EES_H_
#define SAMPLER_STAGES_TRUNCATIONS_EES_H_

#include <cstdint>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class Ees final : public Stage {
 public:
  static StageType Type();

  explicit Ees(std::int64_t min_keep) : min_keep_(min_keep) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  std::int64_t min_keep_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_EES_H_

// Categorical draw: each token with the probability that the stages left it.
//
//   r = floor(U S / 2^64) for 64 random bits U and total mass S;
//   token = the first survivor, by ascending id, whose running mass exceeds r
//
// Each token's probability is w / S to within 2^-64, and a token of weight 0 is
// never drawn. U depends on seed, stream and position alone, so two configs
// replayed under one seed are coupled (common random numbers).
//
// Options: order "rank" walks the total order instead, as runtimes do that draw
//   from a sorted array; the token for a given U changes, its law does not.
// Thread-safety: immutable; any number of threads may call Choose.
// Cost: exact weights of the survivors and one walk ("rank": one selection).
// Tested by: tests/stages/edits/stages_test.cc, tests/laws/draw_test.cc
//   (boundaries, chi-square at full vocabulary), tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_DRAWS_CATEGORICAL_H_
#define SAMPLER_STAGES_DRAWS_CATEGORICAL_H_

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class Categorical final : public Draw {
 public:
  enum class Order { kId, kRank };

  static StageType Type();

  explicit Categorical(Order order) : order_(order) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;
  Drawn Choose(const Candidates& candidates,
               const StepContext& step) const override;

 private:
  Order order_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_DRAWS_CATEGORICAL_H_

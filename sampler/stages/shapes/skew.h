// Skew: moves probability along the ranks by a power of the running one.
//
//   C_i = p_1 + .. + p_i in the total order,  b = e^skew
//   q_i = C_i^b - C_(i-1)^b,   l_i = ln q_i
//
// skew > 0 moves mass to the tail, skew < 0 to the head. It is the law of a
// draw whose uniform number u was replaced by u^(1/b), as an edit that works
// with every draw.
//
// Contract: `skew` is finite; 0 changes nothing. Candidates whose q is 0 are
//   removed; at least one stays, since the last C is exactly 1. Powers are
//   Exp(b Log(C)), differences as they round: probabilities below about 1e-16
//   do not survive it. Ranks may change.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: a linear sort of the candidates of weight > 0, and three exponentials
//   or logarithms for each.
// Source: exllamav2.
// Tested by: tests/stages/truncations/stages_order_test.cc,
// tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_SHAPES_SKEW_H_
#define SAMPLER_STAGES_SHAPES_SKEW_H_

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class Skew final : public Stage {
 public:
  static StageType Type();

  explicit Skew(double skew);

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  bool neutral_;
  double exponent_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_SHAPES_SKEW_H_

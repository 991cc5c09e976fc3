// Skew: moves probability along the ranks by a power of the running
// probability.
//
//   C_i = p_1 + .. + p_i in the total order,  b = e^skew
//   q_i = C_i^b - C_(i-1)^b,   l_i = ln q_i
//
// skew > 0 moves mass to the tail, skew < 0 to the head. A draw by rank after
// this stage has the same law as a draw before it with u^(1/b) in place of its
// uniform number u.
//
// Contract: `skew` is finite; 0 changes nothing. Candidates whose q is 0 are
//   removed; at least one stays, since the last C is exactly 1. Powers are
//   computed as Exp(b Log(C)), and differences are rounded, so candidates of q
//   below about 1e-16 are lost. Ranks may change.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: a linear sort of the candidates of weight > 0, and three exponentials
//   or logarithms for each.
// Source: exllamav2.
// Tested by: tests/stages/truncations/stages_order_test.cc,
//   tests/oracle_test.cc.

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

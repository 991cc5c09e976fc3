// Quadratic transformation ("smoothing factor", and its cubic generalisation):
// pulls logits near the maximum together and pushes the tail down.
//
//   d = l - M ;  k = (3 - curve) / 2 ;  s = (curve - 1) / 2
//   l = M - k factor d^2 + s factor d^3 ;   M = max l
//
// curve 1 is purely quadratic, curve 3 purely cubic; within [1, 3] the order of
// the candidates is kept.
//
// Contract: factor >= 0, 1 <= curve <= 3; factor 0 changes nothing. The largest
//   logit does not change; a candidate whose logit overflows to -inf is
//   removed.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: one pass; a whole row is copied into a buffer of doubles.
// Source: text-generation-webui, koboldcpp.
// Tested by: tests/stages/shapes/stages_shape_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_SHAPES_QUADRATIC_H_
#define SAMPLER_STAGES_SHAPES_QUADRATIC_H_

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class Quadratic final : public Stage {
 public:
  static StageType Type();

  Quadratic(double factor, double curve) : factor_(factor), curve_(curve) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  double factor_;
  double curve_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_SHAPES_QUADRATIC_H_

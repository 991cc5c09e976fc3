// Min-k: cuts at the steepest cliff of the sorted logits.
//
//   l_1 >= .. >= l_N,  R = l_1 - l_N
//   w_i = (l_i - l_(i+1)) / ((R + 1e-8) i),  i = 1 .. N-1
//   k = max(first argmax of w, floor(tau / (R + 1e-8)), min_keep)
//   kept = the first k of the total order
//
// The second term keeps many where the row is nearly flat. The cliff commutes
// with temperature, the second term does not (R grows with 1/T): place the
// stage before temperature, as the paper does.
//
// Contract: tau >= 0; 0: the cliff only. No value is neutral. A single
//   candidate is left alone.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: linear. Ranks are sorted in chunks until no gap further down can be
//   steep enough: no gap at or below rank i exceeds l_i - l_N.
// Source: arXiv 2604.11012.
// Tested by: tests/stages/truncations/stages_order_test.cc,
//   tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_TRUNCATIONS_MIN_K_H_
#define SAMPLER_STAGES_TRUNCATIONS_MIN_K_H_

#include <cstdint>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class MinK final : public Stage {
 public:
  static StageType Type();

  MinK(double tau, std::int64_t min_keep) : tau_(tau), min_keep_(min_keep) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  double tau_;
  std::int64_t min_keep_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_MIN_K_H_

// DiffSampling: cuts at the largest drop between two consecutive probabilities.
//
//   d_i = p_(i+1) - p_i  over the total order, p_(N+1) = 0
//   kept = the first k candidates,  k = the first i with the least d_i
//
// so that what stays are tokens of like probability, and what goes is much less
// likely than any of them. Drops before a place do not count (their d_i is 0):
//
//   lower_mass  the place where the running sum of p reaches it, so that at
//               least this mass stays
//   min_p       the last candidate with p_i > min_p p_1, so that every token
//               more likely than that stays
//
// In weights, which are integers: w_i - w_(i+1) is the drop. If no drop is
// above 0 among those that count, the last candidate of weight > 0 is the cut.
//
// Contract: 0 <= lower_mass, min_p <= 1; 0 changes nothing about the rule. Both
//   given: the later place. At least `min_keep` candidates survive. The paper
//   applies a temperature after this stage.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: a head of the order whose last weight is below the largest drop, in
//   linear time; `lower_mass` adds TotalMass.
// Source: arXiv 2502.14037 (TMLR 2025), Algorithm 1.
// Tested by: tests/stages/truncations/diff_sampling_test.cc,
//   tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_TRUNCATIONS_DIFF_SAMPLING_H_
#define SAMPLER_STAGES_TRUNCATIONS_DIFF_SAMPLING_H_

#include <cstdint>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class DiffSampling final : public Stage {
 public:
  static StageType Type();

  DiffSampling(double lower_mass, double min_p, std::int64_t min_keep)
      : lower_mass_(lower_mass), min_p_(min_p), min_keep_(min_keep) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  double lower_mass_;
  double min_p_;
  std::int64_t min_keep_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_DIFF_SAMPLING_H_

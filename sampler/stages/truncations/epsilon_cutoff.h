// Epsilon cutoff: keeps every token of at least a fixed probability.
//
//   kept = { i : p_i >= epsilon }
//
// Contract: 0 <= epsilon < 1; 0 changes nothing. Where no token qualifies, the
//   head stays. At least `min_keep` candidates survive. The comparison is made
//   on integer masses, each candidate judged by its own weight.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: exact weights of the candidates within 37 nats of the maximum.
// Source: arXiv 2210.15191 (values of 3e-4 to 9e-4); Hugging Face, which keeps
//   all ties of the min_keep-th candidate.
// Tested by: tests/stages/truncations/stages_threshold_test.cc,
//   tests/oracle_test.cc, tests/golden_test.cc.

#ifndef SAMPLER_STAGES_TRUNCATIONS_EPSILON_CUTOFF_H_
#define SAMPLER_STAGES_TRUNCATIONS_EPSILON_CUTOFF_H_

#include <cstdint>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class EpsilonCutoff final : public Stage {
 public:
  static StageType Type();

  EpsilonCutoff(double epsilon, std::int64_t min_keep)
      : epsilon_(epsilon), min_keep_(min_keep) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  double epsilon_;
  std::int64_t min_keep_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_EPSILON_CUTOFF_H_

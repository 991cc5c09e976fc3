// P-less-norm: p-less with a lower threshold, from which the chance that two
// draws of a flat row agree is subtracted. It keeps more than p_less, and all
// of a flat row.
//
//   kept = { i : p_i >= (V sum_j p_j^2 - 1) / (V - 1) }
//
// Contract: V is the size of the vocabulary, whatever was truncated before. The
//   kept set contains that of p_less; V = 1 changes nothing. At least
//   `min_keep` candidates survive. Compared exactly, in 256-bit integers.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: exact weights of the candidates within 37 nats of the maximum.
// Source: arXiv 2509.23234, which does not say whether V shrinks.
// Tested by: tests/stages/truncations/stages_threshold_test.cc,
//   tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_TRUNCATIONS_P_LESS_NORM_H_
#define SAMPLER_STAGES_TRUNCATIONS_P_LESS_NORM_H_

#include <cstdint>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class PLessNorm final : public Stage {
 public:
  static StageType Type();

  explicit PLessNorm(std::int64_t min_keep) : min_keep_(min_keep) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  std::int64_t min_keep_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_P_LESS_NORM_H_

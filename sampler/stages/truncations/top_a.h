// Top-a: keeps every token above a share of the squared top probability, so
// that the threshold rises steeply with the model's confidence.
//
//   kept = { i : p_i >= a (max_j p_j)^2 }
//
// Contract: 0 <= a <= 1; 0 changes nothing. The head always qualifies. At least
//   `min_keep` candidates survive.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: exact weights of the candidates within 37 nats of the maximum.
// Source: RWKV; koboldcpp, text-generation-webui.
// Tested by: tests/stages/truncations/stages_threshold_test.cc,
//   tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_TRUNCATIONS_TOP_A_H_
#define SAMPLER_STAGES_TRUNCATIONS_TOP_A_H_

#include <cstdint>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class TopA final : public Stage {
 public:
  static StageType Type();

  TopA(double a, std::int64_t min_keep) : a_(a), min_keep_(min_keep) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  double a_;
  std::int64_t min_keep_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_TOP_A_H_

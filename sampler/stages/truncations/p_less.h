// P-less: keeps every token at least as likely as two independent draws are to
// be the same token. It has no parameter to tune.
//
//   kept = { i : p_i >= sum_j p_j^2 }
//
// Contract: never empty, since max p >= sum p^2; equal logits are all kept. At
//   least `min_keep` candidates survive.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: exact weights of the candidates within 37 nats of the maximum.
// Source: arXiv 2509.23234; vLLM.
// Tested by: tests/stages/truncations/stages_threshold_test.cc,
//   tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_TRUNCATIONS_P_LESS_H_
#define SAMPLER_STAGES_TRUNCATIONS_P_LESS_H_

#include <cstdint>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class PLess final : public Stage {
 public:
  static StageType Type();

  explicit PLess(std::int64_t min_keep) : min_keep_(min_keep) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  std::int64_t min_keep_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_P_LESS_H_

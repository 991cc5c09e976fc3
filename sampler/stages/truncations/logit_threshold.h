// Logit threshold: keeps every token whose logit is at least a given number.
//
//   kept = { i : l_i >= threshold }
//
// where l are the logits before this stage: raw ones, if it stands first.
//
// Contract: threshold finite. If no logit reaches it, the likeliest candidate
//   stays. At least `min_keep` candidates survive.
// Not promised: invariance under adding a constant to all logits. A threshold
//   suits one model at one temperature.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: one filter pass; no exponential.
// Source: exllamav2 #657, koboldcpp #1241 (asked for; no paper).
// Tested by: tests/stages/truncations/diff_sampling_test.cc,
//   tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_TRUNCATIONS_LOGIT_THRESHOLD_H_
#define SAMPLER_STAGES_TRUNCATIONS_LOGIT_THRESHOLD_H_

#include <cstdint>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class LogitThreshold final : public Stage {
 public:
  static StageType Type();

  LogitThreshold(double threshold, std::int64_t min_keep)
      : threshold_(threshold), min_keep_(min_keep) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  double threshold_;
  std::int64_t min_keep_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_LOGIT_THRESHOLD_H_

// Encoder repetition penalty: makes every token of the prompt more likely,
// once, however often it occurs there, so that answers stay near the prompt
// ("hallucination penalty").
//
//   l_i = l_i > 0 ? l_i * penalty : l_i / penalty     for i in the prompt
//
// Contract: penalty > 0; 1 changes nothing; below 1 it makes the prompt's
//   tokens less likely. An overflow to +inf gives the row the status
//   "infinite". Equals repetition_penalty with 1 / penalty and scope "prompt"
//   up to rounding.
// Not promised: invariance under adding a constant to all logits, which changes
//   signs.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: O(prompt).
// Source: Hugging Face EncoderRepetitionPenaltyLogitsProcessor.
// Tested by: tests/stages/edits/stages_history_test.cc, tests/oracle_test.cc,
//   tests/golden_test.cc.

#ifndef SAMPLER_STAGES_EDITS_ENCODER_REPETITION_PENALTY_H_
#define SAMPLER_STAGES_EDITS_ENCODER_REPETITION_PENALTY_H_

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class EncoderRepetitionPenalty final : public Stage {
 public:
  static StageType Type();

  explicit EncoderRepetitionPenalty(double penalty) : penalty_(penalty) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  double penalty_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_ENCODER_REPETITION_PENALTY_H_

// Mask: bans the tokens that the step's packed mask does not allow, as grammar
// engines hand it over (token_mask.h).
//
//   l_i = -inf where bit i of the mask is 0
//
// Contract: the mask is an input of the step (StepInputs::mask); without one
//   the stage does nothing. Tokens that the mask has no bit for are banned or,
//   with padding "allow", stay; spare bits of its last word mean nothing. A
//   mask that allows nothing gives the row the status no_candidate.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: O(V / 32 + allowed) if at most a sixteenth of the row is allowed (later
//   stages then see only the allowed tokens); else at most one pass over the
//   row.
// Source: xgrammar (padding "allow"), llguidance (padding "ban").
// Tested by: tests/stages/edits/mask_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_EDITS_MASK_H_
#define SAMPLER_STAGES_EDITS_MASK_H_

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class Mask final : public Stage {
 public:
  static StageType Type();

  explicit Mask(MaskPadding padding) : padding_(padding) {}

  bool Reads(StepInput input) const override {
    return input == StepInput::kMask;
  }
  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  MaskPadding padding_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_MASK_H_

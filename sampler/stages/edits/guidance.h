// Classifier-free guidance: pushes the logits away from those of a second,
// unconditional row.
//
//   l_i = g_i + scale (l_i - g_i)
//
// where g is the second row (StepInputs::unconditional). With `normalize`
// log-softmax first replaces both: l over the survivors, g over its whole row.
// That adds one constant to every result l_i, so it matters only to later
// stages that read the signs of logits (repetition_penalty).
//
// Contract: scale finite and >= 0. scale = 1 changes nothing and needs no
//   second row. scale = 0 gives the second row alone. Where g_i = -inf and l_i
//   is finite, scale > 1 gives +inf (row status infinite) and scale < 1 removes
//   the token: so mask both rows alike, or mask after this stage. A NaN or +inf
//   in g at a candidate gives the row status nan; with `normalize`, one
//   anywhere in g does.
// Errors: missing_input without a second row, wrong_input if its size is not
//   the vocabulary's.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: one pass over both rows; `normalize` adds exact masses of both.
// Source: arXiv 2306.17806 (scale 1.25 to 1.5). Hugging Face uses
//   log-probabilities, koboldcpp raw logits.
// Tested by: tests/stages/edits/guidance_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_EDITS_GUIDANCE_H_
#define SAMPLER_STAGES_EDITS_GUIDANCE_H_

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class Guidance final : public Stage {
 public:
  enum class Basis { kLogits, kLogprobs };

  static StageType Type();

  Guidance(double scale, Basis basis) : scale_(scale), basis_(basis) {}

  absl::string_view MissingInput(const StepInputs& inputs) const override;
  bool Reads(StepInput input) const override {
    return input == StepInput::kUnconditional;
  }
  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  double scale_;
  Basis basis_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_GUIDANCE_H_

// Classifier-free guidance: pushes the logits away from those of a second,
// unconditional row.
//
//   l_i = g_i + scale (l_i - g_i)
//
// where g is the second row (StepInputs::unconditional). With `normalize` l and
// g are first replaced by their log-softmax, l over the survivors and g over
// its whole row; that changes every l_i by one constant, so only later stages
// that are not invariant under it (repetition_penalty) notice.
//
// Contract: scale finite and >= 0. scale = 1 changes nothing and asks for no
//   second row. scale = 0 is the second row alone. g_i = -inf beside a finite
//   l_i is +inf for scale > 1 (the row's status: infinite) and a removal for
//   scale < 1: mask both rows alike, or after this stage. NaN or +inf in g: the
//   status of the arithmetic, nan (with `normalize` wherever it stands).
// Errors: missing_input without a second row, wrong_input if it is not of the
//   vocabulary's size.
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

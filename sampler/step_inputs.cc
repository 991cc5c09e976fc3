#include "sampler/step_inputs.h"

namespace sampler {

bool IsGiven(const StepInputs& inputs, StepInput input) {
  switch (input) {
    case StepInput::kMask:
      return inputs.mask.has_value();
    case StepInput::kUnconditional:
      return inputs.unconditional.has_value();
    case StepInput::kUniform:
      return inputs.uniform.has_value();
    case StepInput::kOwn:
      break;
  }
  return inputs.own != nullptr;
}

}  // namespace sampler

// What the caller may supply for one step besides the row.
//
// Thread-safety: plain values, that point to memory of the caller's.
// Tested by: tests/inputs_test.cc.

#ifndef SAMPLER_STEP_INPUTS_H_
#define SAMPLER_STEP_INPUTS_H_

#include <optional>

#include "sampler/logits.h"
#include "sampler/token_mask.h"

namespace sampler {

// What a program hands to stages of its own for one step: a class of its own,
// derived from this, which those stages know (dynamic_cast).
class OwnInputs {
 public:
  virtual ~OwnInputs() = default;
};

// `guidance` and `arithmetic` cannot do without theirs: where it is absent the
// row gets the status kMissingInput (Stage::MissingInput). Without a mask,
// `mask` does nothing. One that no stage looks at (Stage::Reads) gives the row
// the status kUnusedInput: a mask must not seem to hold where no stage applies
// it.
struct StepInputs {
  std::optional<TokenMask> mask = {};        // For `mask`.
  std::optional<Logits> unconditional = {};  // The second row of `guidance`.
  std::optional<double> uniform = {};        // The code point of `arithmetic`.
  const OwnInputs* own = nullptr;            // For stages of the program's own.
};

// The fields of StepInputs, one by one.
enum class StepInput { kMask, kUnconditional, kUniform, kOwn };

inline constexpr StepInput kAllStepInputs[] = {
    StepInput::kMask, StepInput::kUnconditional, StepInput::kUniform,
    StepInput::kOwn};

// Returns true if the caller supplied this one.
bool IsGiven(const StepInputs& inputs, StepInput input);

}  // namespace sampler

#endif  // SAMPLER_STEP_INPUTS_H_

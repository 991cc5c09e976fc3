// One step of one sequence: what sampler_sample and the batches share.
//
// Thread-safety: whoever holds the sequence and the work.
// Tested by: tests/c/c_api_test.c, tests/c/c_batch_test.c.

#ifndef SAMPLER_C_TAKE_STEP_H_
#define SAMPLER_C_TAKE_STEP_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "sampler/c/handles.h"
#include "sampler/c/steps.h"
#include "sampler/c/work.h"
#include "sampler/stages/stage.h"

namespace sampler::c {

// The inputs of a step; InvalidArgument if no step can be made of these.
absl::StatusOr<StepInputs> CheckStep(const sampler_row* row,
                                     const sampler_inputs* inputs,
                                     const sampler_token* token);

// The inputs as a pipeline has them; fields beyond the caller's size, and NULL,
// are absent. InvalidArgument for what cannot be read.
absl::StatusOr<StepInputs> ToInputs(const sampler_inputs* given);

// "" if a token can be written there.
std::string CheckToken(const sampler_token* token);
void WriteToken(const Token& drawn, sampler_token& token);

// Leaves in `work` what the pipeline makes of the row, on the inputs of the
// sequence's last step.
void Process(Work& work, const sampler_row& row,
             const sampler_sequence& sequence);

// REQUIRES: CheckStep passed.
void TakeStep(const std::shared_ptr<Work>& work, const sampler_row& row,
              const StepInputs& inputs, sampler_sequence& sequence,
              sampler_token& token);

}  // namespace sampler::c

#endif  // SAMPLER_C_TAKE_STEP_H_

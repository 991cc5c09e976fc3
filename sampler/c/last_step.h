// What a sequence's last step left, for the questions that come after it.
//
// Thread-safety: whoever holds the sequence.
// Tested by: tests/c/c_api_test.c, tests/c/c_draws_test.c,
//   tests/c/c_workspace_test.c.

#ifndef SAMPLER_C_LAST_STEP_H_
#define SAMPLER_C_LAST_STEP_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "sampler/c/guard.h"
#include "sampler/c/handles.h"
#include "sampler/c/take_step.h"
#include "sampler/c/work.h"

namespace sampler::c {

// SAMPLER_OK if `row` may be that of the sequence's last step, and the step
// drew a token.
inline sampler_status CheckLastStep(const sampler_sequence& sequence,
                                    const sampler_row* row,
                                    sampler_error* error) {
  if (row == nullptr) return Invalid(error, "row: got NULL");
  const std::string wrong = CheckRow(*row, "row");
  if (!wrong.empty()) return Invalid(error, wrong);
  const auto size =
      static_cast<std::size_t>(sequence.pipeline.vocabulary_size());
  if (row->size != size) {
    return Invalid(error, absl::StrCat("row: size: got ", row->size,
                                       ", want that of the step, ", size));
  }
  if (!sequence.has_last_step ||
      sequence.last_step.drawn.status != RowStatus::kOk) {
    return Invalid(error, "sequence: want a step that drew a token first");
  }
  return SAMPLER_OK;
}

// Runs `body` on the Work that holds the sequence's last step: where it was
// made, or, if that has gone to another, where it is made again.
template <typename Body>
sampler_status OnLastStep(sampler_sequence& sequence, const sampler_row& row,
                          Body body) {
  LastStep& last = sequence.last_step;
  const std::shared_ptr<Work> work = last.work.lock();
  if (work != nullptr && work->owner == WorkOwner::kCaller) {
    const Hold hold(work.get());
    if (!hold.failed() && work->steps == last.steps) return body(*work);
  }
  const Loan loan(*sequence.store, work.get());
  if (loan.work() != work || work->steps != last.steps) {
    last.work = loan.work();
    last.steps = ++loan.work()->steps;
    Process(*loan.work(), row, sequence);
  }
  return body(*loan.work());
}

}  // namespace sampler::c

#endif  // SAMPLER_C_LAST_STEP_H_

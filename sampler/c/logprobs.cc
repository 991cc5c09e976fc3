// The log-probabilities of a sequence's last step.

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "sampler/c/guard.h"
#include "sampler/c/handles.h"
#include "sampler/c/report.h"
#include "sampler/c/sampler.h"
#include "sampler/c/step.h"
#include "sampler/c/work.h"

namespace {

using sampler::c::CheckRow;
using sampler::c::Fail;
using sampler::c::Hold;
using sampler::c::Invalid;
using sampler::c::LastStep;
using sampler::c::Loan;
using sampler::c::OnSequence;
using sampler::c::ToLogits;
using sampler::c::Work;
using sampler::c::WorkOwner;
using sampler::c::WriteLogprobs;

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
    sampler::c::Process(*loan.work(), row, sequence);
  }
  return body(*loan.work());
}

}  // namespace

extern "C" {

sampler_status sampler_logprobs(sampler_sequence* sequence,
                                const sampler_row* row, int raw, int32_t token,
                                sampler_logprob* of_token, sampler_logprob* top,
                                size_t capacity, size_t* count,
                                sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    if (row == nullptr) return Invalid(error, "row: got NULL");
    if (top == nullptr && capacity > 0) return Invalid(error, "top: got NULL");
    if (count == nullptr) return Invalid(error, "count: got NULL");
    const std::string wrong = CheckRow(*row, "row");
    if (!wrong.empty()) return Invalid(error, wrong);
    const std::int64_t size = sequence->pipeline.vocabulary_size();
    if (static_cast<std::int64_t>(row->size) != size) {
      return Invalid(error, absl::StrCat("row: size: got ", row->size,
                                         ", want that of the step, ", size));
    }
    if (token < 0 || token >= size) {
      return Fail(error, SAMPLER_OUT_OF_RANGE,
                  absl::StrCat("token: got ", token,
                               ", want a token id in [0, ", size, ")"));
    }
    if (!sequence->has_last_step ||
        sequence->last_step.drawn.status != sampler::RowStatus::kOk) {
      return Invalid(error, "sequence: want a step that drew a token first");
    }
    const auto write = [&](const sampler::Distribution& distribution) {
      *count = WriteLogprobs(distribution, token, of_token, top, capacity);
      return SAMPLER_OK;
    };
    if (raw == 0) {
      return OnLastStep(*sequence, *row,
                        [&](Work& work) { return write(*work.distribution); });
    }
    // Asks nothing of the step, and leaves what any other one left.
    const Loan loan(*sequence->store);
    return write(loan.work()->reporter.Raw(ToLogits(*row)));
  });
}

}  // extern "C"

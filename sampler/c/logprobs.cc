// The log-probabilities of a sequence's last step.

#include "sampler/c/logprobs.h"

#include "absl/strings/str_cat.h"
#include "sampler/c/guard.h"
#include "sampler/c/handles.h"
#include "sampler/c/last_step.h"
#include "sampler/c/report.h"
#include "sampler/c/work.h"

namespace {

using sampler::c::CheckLastStep;
using sampler::c::Fail;
using sampler::c::Invalid;
using sampler::c::Loan;
using sampler::c::OnLastStep;
using sampler::c::OnSequence;
using sampler::c::ToLogits;
using sampler::c::Work;
using sampler::c::WriteLogprobs;

}  // namespace

extern "C" {

sampler_status sampler_logprobs(sampler_sequence* sequence,
                                const sampler_row* row, int raw, int32_t token,
                                sampler_logprob* of_token, sampler_logprob* top,
                                size_t capacity, size_t* count,
                                sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    if (top == nullptr && capacity > 0) return Invalid(error, "top: got NULL");
    if (count == nullptr) return Invalid(error, "count: got NULL");
    const sampler_status ready = CheckLastStep(*sequence, row, error);
    if (ready != SAMPLER_OK) return ready;
    const std::int64_t size = sequence->pipeline.vocabulary_size();
    if (token < 0 || token >= size) {
      return Fail(error, SAMPLER_OUT_OF_RANGE,
                  absl::StrCat("token: got ", token,
                               ", want a token id in [0, ", size, ")"));
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

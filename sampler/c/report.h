// Log-probabilities as the C interface reports them, into memory of the
// caller's.
//
// Thread-safety: whoever holds the work that a distribution lives in.
// Tested by: tests/c/c_api_test.c, tests/c/c_batch_test.c.

#ifndef SAMPLER_C_REPORT_H_
#define SAMPLER_C_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "sampler/c/batches.h"
#include "sampler/c/logprobs.h"
#include "sampler/distribution.h"

namespace sampler::c {

// Writes the logprob of `token`, unless `of_token` is null, and those of the
// likeliest tokens, at most `capacity`. Returns how many these are.
std::size_t WriteLogprobs(const Distribution& distribution, std::int32_t token,
                          sampler_logprob* of_token, sampler_logprob* top,
                          std::size_t capacity);

// The reports that a step of a batch asks for; null where it does not, or is
// too old to.
struct StepReports {
  sampler_report* raw = nullptr;
  sampler_report* processed = nullptr;
};
StepReports ReportsOf(const sampler_step& step);

// "" if the reports can be written.
std::string CheckReports(const StepReports& reports);

// What a step that drew no token reports.
void WriteNoReport(sampler_report& report);

}  // namespace sampler::c

#endif  // SAMPLER_C_REPORT_H_

// A step of many sequences at once: one row each, with its own pipeline,
// sequence and inputs, on the caller's threads.
//
// The library owns no threads. The caller hands in an executor, which runs a
// task on as many workers as there are workspaces; workers take rows until none
// is left. A row's token is the one that Pipeline::Sample gives for it alone:
// it does not depend on the batch around it, its order, or the number of
// workers.
//
//   std::vector<Workspace> workspaces(4);
//   SampleBatch(rows, absl::MakeSpan(tokens), absl::MakeSpan(workspaces),
//               [&](std::size_t workers, auto task) {
//                 pool.RunAndWait(workers, task);
//               });
//
// Logprobs (logprobs.h) are reported in the same pass, of the rows that ask for
// them, while what a step leaves is at hand:
//
//   LogprobReport report = {.top = absl::MakeSpan(top)};  // Of the caller's.
//   rows[i].processed = &report;
//
// Thread-safety: SampleBatch may be called from any number of threads, each
//   call with its own workspaces. Rows may share pipelines, and sequences too,
//   since sampling changes neither.
// Cost: Pipeline::Sample for every row, one atomic addition, and what reports
//   cost (logprobs.h).
// Errors: a bad row is a status of its token; the others are not disturbed.
// Tested by: tests/batch_test.cc, tests/threads_test.cc.

#ifndef SAMPLER_BATCH_H_
#define SAMPLER_BATCH_H_

#include <cstddef>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "sampler/logprobs.h"
#include "sampler/pipeline.h"

namespace sampler {

struct BatchRow {
  const Pipeline* pipeline;
  Logits logits;
  const Sequence* sequence;
  StepInputs inputs = {};
  // Receive the logprobs of the row's token; null: not asked for.
  LogprobReport* raw = nullptr;        // Of the row as it came.
  LogprobReport* processed = nullptr;  // Of what the pipeline left.
};

// Calls task(worker) once for every worker in [0, workers), at the same time or
// one after the other, and returns when all calls have returned.
using Executor = absl::FunctionRef<void(
    std::size_t workers, absl::FunctionRef<void(std::size_t worker)> task)>;

// Writes the token of rows[i] to tokens[i]. `reporters`, one per workspace, are
// the memory for raw reports; without them each of these allocates its own.
// REQUIRES: as many tokens as rows; at least one workspace; no reporters or as
// many as workspaces; no two rows share a report.
void SampleBatch(absl::Span<const BatchRow> rows, absl::Span<Token> tokens,
                 absl::Span<Workspace> workspaces, Executor executor,
                 absl::Span<LogprobReporter> reporters = {});

// The same on the calling thread alone. `reporter` may be null.
void SampleBatch(absl::Span<const BatchRow> rows, absl::Span<Token> tokens,
                 Workspace& workspace, LogprobReporter* reporter = nullptr);

}  // namespace sampler

#endif  // SAMPLER_BATCH_H_

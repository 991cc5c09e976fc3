// What a user should know before believing a replay: signs that the log is not
// what the chain takes it for.
//
// Tested by: tests/tools/replay/replay_warnings_test.cc.

#ifndef SAMPLER_TOOLS_REPLAY_WARNINGS_H_
#define SAMPLER_TOOLS_REPLAY_WARNINGS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sampler/config.h"
#include "sampler/logs/log.h"
#include "tools/replay/rows.h"
#include "tools/replay/summary.h"
#include "tools/text/output.h"

namespace sampler::tools {

// What the rows are taken for: by --kind, else by the metadata, else by the
// first row that is not broken.
struct RowKind {
  bool logprobs = false;
  bool probabilities = false;
  bool processed = false;  // The metadata or --kind says so.
};
// Errors: a row cannot be read.
absl::StatusOr<RowKind> FindRowKind(const logs::Log& log,
                                    const std::string& kind);

// InvalidArgument for rows of probabilities: a chain wants logits.
absl::Status CheckRowKind(const RowKind& kind);

// What can be said before the first row.
void WarnBefore(const logs::Log& log, const PipelineConfig& config,
                const ReplayOptions& options, const RowKind& kind,
                Warnings& warnings);

// How often the stages with a memory learnt something, where that was not at
// every row.
void WarnOfMemory(const logs::Log& log, const PipelineConfig& config,
                  const ReplayOptions& options, const ReplaySummary& summary,
                  Warnings& warnings);

// What the rows have shown.
void WarnAfter(const ReplaySummary& summary, const RowKind& kind,
               Warnings& warnings);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_REPLAY_WARNINGS_H_

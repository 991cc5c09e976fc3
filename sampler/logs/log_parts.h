// What every reader finds in a file, before it becomes a Log: the description,
// the sequences, and token ids not yet trusted.
//
// A reader checks that its bytes are what the format says; FinishParts then
// applies, in one place for all formats, the rules that do not depend on the
// format: truncation, token files, counts, ids inside the vocabulary.
//
// Thread-safety: plain data.
// Tested by: tests/logs/token_file_test.cc, tests/logs/log_test.cc.

#ifndef SAMPLER_LOGS_LOG_PARTS_H_
#define SAMPLER_LOGS_LOG_PARTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "sampler/logs/log.h"

namespace sampler::logs {

struct LogParts {
  // `rows` counts the rows that lie wholly inside the file.
  LogDescription description;
  // Row at which each sequence starts, and one end: ascending from 0 and
  // reaching at least `rows`.
  std::vector<std::int64_t> sequence_offsets;
  // Token drawn from each row; one per expected row, or none.
  std::vector<std::int64_t> tokens;
  // Prompts of all sequences, and where each starts; both empty: no prompts.
  std::vector<std::int64_t> prompt_tokens;
  std::vector<std::int64_t> prompt_offsets;
};

// Sequences of `length` rows each, as many as hold the first `rows` rows.
std::vector<std::int64_t> UniformOffsets(std::int64_t rows,
                                         std::int64_t length);

// InvalidArgument unless 1 <= vocabulary size <= 2^31 - 1, rows are expected,
// and width and dtype are those that `options` asks for, if it does.
absl::Status CheckExtents(const std::string& file, const OpenOptions& options,
                          const LogDescription& description);

// Reads the token files that `options` names, checks counts and ids, and cuts
// everything to the rows that are there.
absl::Status FinishParts(const std::string& file, const OpenOptions& options,
                         LogParts& parts);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_LOG_PARTS_H_

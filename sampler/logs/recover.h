// Makes a log of what a logger has written so far: after the process was
// killed, or because it is finished (Logger::Finish is this function).
//
// Rows stand in ascending order of their sequences, and within a sequence in
// the order in which they were logged. Where the sequences are not 0, 1, 2, ...
// the metadata "sequences" lists their numbers.
//
// Errors: NotFound and the like (the journal cannot be read),
//   FailedPrecondition (not a journal, or one without rows), and those of
//   output_file.h. The journal is only read.
// Thread-safety: pure function of the two files.
// Cost: one pass over the journal for the checksums, one to copy.
// Tested by: tests/logs/logger_test.cc, logger_kill_test.cc.

#ifndef SAMPLER_LOGS_RECOVER_H_
#define SAMPLER_LOGS_RECOVER_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "sampler/logs/logger.h"
#include "sampler/logs/output_file.h"

namespace sampler::logs {

struct RecoveredLog {
  std::int64_t rows = 0;
  std::int64_t sequences = 0;
  // Bytes at the end that are no intact record: at most one row after a kill.
  std::int64_t ignored_bytes = 0;
};

// `journal` is the PATH.partial of a logger.
absl::StatusOr<RecoveredLog> RecoverLog(const std::string& journal,
                                        const std::string& path,
                                        Overwrite overwrite);

// The options of a log as the journal keeps them.
std::string OptionsToJson(const LoggerOptions& options);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_RECOVER_H_

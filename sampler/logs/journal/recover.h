// Makes a log of what a logger has written so far: after the process was
// killed, or because it is finished (Logger::Finish is this function).
//
// Rows stand in ascending order of their sequences, and within a sequence in
// the order in which they were logged. Where the sequences are not 0, 1, 2, ...
// the metadata "sequences" lists their numbers.
//
// A damaged journal gives all records that are intact. Rows behind a missing
// one stand one place too early in their sequence, and a replay of them differs
// from the run: RecoveredLog says where, and so does the metadata
// "missing_rows" of the log, "0:58 3:7-9" for row 58 of sequence 0 and rows 7
// to 9 of sequence 3.
//
// Errors: NotFound and the like (the journal cannot be read), DataLoss (it is
//   truncated or overwritten meanwhile: no log appears; a logger that appends
//   to it is no error),
//   FailedPrecondition (not a journal, or one without rows), and those of
//   output_file.h. The journal is only read.
// Thread-safety: pure function of the two files.
// Cost: one pass over the journal for the checksums, one to copy (top-k rows:
//   six); memory of one row.
// Tested by: tests/logs/logger_test.cc, logger_kill_test.cc, recover_test.cc,
//   recover_damage_test.cc.

#ifndef SAMPLER_LOGS_JOURNAL_RECOVER_H_
#define SAMPLER_LOGS_JOURNAL_RECOVER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/logs/files/output_target.h"
#include "sampler/logs/journal/journal.h"
#include "sampler/logs/journal/journal_reader.h"
#include "sampler/logs/rows/missing_rows.h"

namespace sampler::logs {

struct RecoveredLog {
  std::int64_t rows = 0;
  std::int64_t sequences = 0;
  // Bytes at the end that are no intact record: at most one row after a kill.
  std::int64_t ignored_bytes = 0;
  // Whether the journal is as a killed process leaves it: no hole, and at the
  // end at most the beginning of a record.
  bool undamaged = true;
  std::vector<JournalHole> holes;
  std::vector<MissingRows> missing;
  // A logger was still writing: the log ends where it was.
  bool is_being_written = false;
};

// `journal` is the PATH.partial of a logger.
absl::StatusOr<RecoveredLog> RecoverLog(const std::string& journal,
                                        const std::string& path,
                                        Overwrite overwrite);

// The same of a journal that this process has written, whatever its name means
// by now. DataLoss, and no log, unless it holds `rows` rows and no damage.
absl::Status FinishLog(const JournalWriter& journal, std::int64_t rows,
                       const std::string& path, Overwrite overwrite);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_JOURNAL_RECOVER_H_

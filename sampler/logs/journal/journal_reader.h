// Reads a journal (journal.h), damaged or not: every record that is intact by
// its length and checksum is found, also behind others that are not.
//
// Where a record does not match, the next place that holds an intact one is
// looked for, byte by byte; the bytes in between are a hole. What follows the
// last intact record is the tail: after a killed process part of one record,
// after a power failure or damage anything.
//
// Errors: FailedPrecondition (not a journal of this version, or no intact
//   options), and those of reading the file (input_file.h).
// Thread-safety: pure functions.
// Cost: one pass over the bytes for the checksums, one more over holes; memory
//   of 48 bytes a record and of a window of the file. In bytes that were made
//   to look like records the search gives up when it has read them eight times.
// Tested by: tests/logs/journal/journal_test.cc (every prefix, every flipped
// byte).

#ifndef SAMPLER_LOGS_JOURNAL_JOURNAL_READER_H_
#define SAMPLER_LOGS_JOURNAL_JOURNAL_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sampler/logs/files/input_file.h"
#include "sampler/logs/journal/journal_record.h"

namespace sampler::logs {

struct Record {
  RecordHeader header;
  std::int64_t at = 0;  // Of the payload, in the file.
};

// Bytes that hold no intact record, between two that do.
struct JournalHole {
  std::int64_t begin = 0;  // Offset in the file.
  std::int64_t bytes = 0;
  std::int64_t rows_before = 0;  // Intact rows before it, of all sequences.
};

// What a journal holds. The options and every record were checked.
struct JournalContents {
  std::string options;
  std::vector<Record> records;  // But the options.
  std::vector<JournalHole> holes;
  std::int64_t ignored_bytes = 0;  // After the last intact record.
  // The header of a record that those bytes are the beginning of: what a
  // process leaves that is killed while it writes. (Fewer bytes than a header
  // are one too.)
  std::optional<RecordHeader> cut_record;
};

absl::StatusOr<JournalContents> ReadJournal(const InputFile& file);

// The payload of a record of that file, in `bytes`, which is only enlarged or
// shortened: a buffer for all records. `row` is named in errors; -1: none.
absl::Status ReadPayload(const InputFile& file, const Record& record,
                         std::vector<unsigned char>& bytes,
                         std::int64_t row = -1);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_JOURNAL_JOURNAL_READER_H_

// What the records of a journal mean: checked against the options of the log,
// and their payloads as values.
//
// Thread-safety: pure functions.
// Tested by: tests/logs/journal/recover_test.cc.

#ifndef SAMPLER_LOGS_JOURNAL_RECORD_CHECK_H_
#define SAMPLER_LOGS_JOURNAL_RECORD_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sampler/logits.h"
#include "sampler/logs/journal/journal_record.h"
#include "sampler/logs/logger.h"

namespace sampler::logs {

bool IsRow(const RecordHeader& header);

// Of the row as it was given. REQUIRES: CheckRecord.
DType SourceDType(const RecordHeader& header);

// FailedPrecondition if a logger with these options writes no record of such a
// type and size. (Where the checksum holds, that is no accident.) `file` is the
// journal.
// Only the payloads of kSettings and kNotes are looked at.
absl::Status CheckRecord(const std::string& file, const RecordHeader& header,
                         ByteSpan payload, const LoggerOptions& options);

// FailedPrecondition if a token of the record is none of the vocabulary, or a
// sparse row lists one twice. The payload of kDense, which holds none, may be
// left out.
// REQUIRES: CheckRecord.
absl::Status CheckTokens(const std::string& file, const RecordHeader& header,
                         ByteSpan payload, const LoggerOptions& options);

// Whether a logger with these options writes records with such a header.
bool IsHeaderOf(const RecordHeader& header, const LoggerOptions& options);

// The payload as characters.
absl::string_view TextOf(ByteSpan bytes);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_JOURNAL_RECORD_CHECK_H_

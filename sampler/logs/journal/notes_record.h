// The record of what is noted beside a row (row_notes.h): its payload, and
// back.
//
// Thread-safety: pure functions.
// Tested by: tests/logs/row_notes_test.cc.

#ifndef SAMPLER_LOGS_JOURNAL_NOTES_RECORD_H_
#define SAMPLER_LOGS_JOURNAL_NOTES_RECORD_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "sampler/candidate.h"
#include "sampler/logs/journal/journal_record.h"
#include "sampler/logs/logger.h"
#include "sampler/logs/row_notes.h"

namespace sampler::logs {

// Before the bans: the attempt, and how many bans there are.
using NotesHead = std::array<std::uint32_t, 2>;
inline constexpr std::size_t kNotesHeadBytes = sizeof(NotesHead);

NotesHead HeadOf(const RowNotes& notes);

struct NotesRecord {
  std::uint32_t attempt = 0;
  std::vector<TokenId> bans;
  std::vector<std::uint32_t> mask;  // Empty: none was given.
};
// REQUIRES: IsNotes(payload, options).
NotesRecord NotesOfPayload(ByteSpan payload);

// Whether a logger with these options writes notes of such a size.
bool IsNotes(ByteSpan payload, const LoggerOptions& options);

// InvalidArgument for a mask without words, of too many, or of another number
// than `mask_words`, if that is given; OutOfRange for a ban outside the
// vocabulary.
absl::Status CheckNotes(const RowNotes& notes, const LoggerOptions& options,
                        std::optional<std::size_t> mask_words);

// OutOfRange, naming `name`, for a token outside the vocabulary.
absl::Status CheckToken(absl::string_view name, TokenId token,
                        std::int64_t vocabulary_size);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_JOURNAL_NOTES_RECORD_H_

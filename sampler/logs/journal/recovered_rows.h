// What the records of a journal make of each sequence: its prompt, its rows
// with what is noted beside them, and which of its rows are lost or were taken
// back.
//
// Thread-safety: plain data, and one thread at a time.
// Tested by: tests/logs/journal/recover_test.cc, tests/logs/row_notes_test.cc.

#ifndef SAMPLER_LOGS_JOURNAL_RECOVERED_ROWS_H_
#define SAMPLER_LOGS_JOURNAL_RECOVERED_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/logs/files/input_file.h"
#include "sampler/logs/journal/journal_reader.h"
#include "sampler/logs/journal/journal_record.h"
#include "sampler/logs/rows/missing_rows.h"
#include "sampler/logs/sequence_settings.h"

namespace sampler::logs {

// A row, and what is noted beside it.
struct RowRecords {
  const Record* row = nullptr;
  std::uint32_t attempt = 0;
  std::vector<TokenId> bans = {};
  const Record* masked = nullptr;  // The notes that hold its mask.
  std::size_t mask_words = 0;
};

// One sequence as the records give it.
struct SequenceRecords {
  std::vector<TokenId> prompt;
  std::vector<RowRecords> rows;
  RowRecords next;  // Without its row: the notes for it.
  std::optional<std::uint32_t> next_place;  // For which row these are.
  std::optional<SequenceSettings> settings;
  // Where the next row, and the next token of the prompt, had their place when
  // they were logged.
  std::int64_t next_row = 0;
  std::int64_t next_prompt_token = 0;
};

// Adds a record to its sequence, and to `missing` the rows that it shows to be
// lost. REQUIRES: CheckRecord; the payload of kDense may be left out.
void AddRecord(const Record& record, ByteSpan payload,
               SequenceRecords& sequence, std::vector<MissingRows>& missing);

// The masks of rows, read from the journal as they are asked for.
class MaskReader {
 public:
  MaskReader(const InputFile& file, std::vector<const RowRecords*> rows);

  // Of each mask; 0: no row has one.
  std::int64_t words() const { return static_cast<std::int64_t>(words_); }

  // Of row `n`; one that bans nothing where none was given. Valid until the
  // next call.
  absl::StatusOr<absl::Span<const std::uint32_t>> Read(std::int64_t n);

 private:
  const InputFile& file_;
  const std::vector<const RowRecords*> rows_;
  std::size_t words_ = 0;
  std::vector<unsigned char> bytes_;
  std::vector<std::uint32_t> mask_;
};

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_JOURNAL_RECOVERED_ROWS_H_

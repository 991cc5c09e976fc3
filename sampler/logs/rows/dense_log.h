// A log whose rows lie one after another in the file, or in several pieces of
// it, as plain arrays: what
// safetensors, .npy and raw files come down to once their headers are read.
//
// Thread-safety: as Log.
// Cost: a row is read into the caller's buffer.
// Tested by: tests/logs/formats/npy_test.cc, safetensors_test.cc,
// raw_log_test.cc.

#ifndef SAMPLER_LOGS_ROWS_DENSE_LOG_H_
#define SAMPLER_LOGS_ROWS_DENSE_LOG_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/logs/files/input_file.h"
#include "sampler/logs/log.h"
#include "sampler/logs/log_parts.h"

namespace sampler::logs {

// What the reader of a dense format hands over.
struct DenseParts {
  LogParts parts;
  std::int64_t data_offset = 0;  // Of row 0 in the file.
  bool swap_bytes = false;       // Elements are big-endian.
  // Where rows stand in several pieces of `piece_rows` rows: where each begins.
  std::vector<std::int64_t> pieces = {};
  std::int64_t piece_rows = 1;
};

class DenseLog final : public Log {
 public:
  // REQUIRES: parts.description.rows rows lie inside `file`.
  DenseLog(InputFile file, DenseParts dense);

  absl::StatusOr<Logits> Row(std::int64_t row,
                             RowBuffer& buffer) const override;

 private:
  // Where a row of the file begins.
  std::int64_t OffsetOf(std::int64_t row_in_file, std::int64_t row_bytes) const;

  std::int64_t data_offset_;
  bool swap_bytes_;
  std::vector<std::int64_t> pieces_;
  std::int64_t piece_rows_;
};

// Counts the whole rows in `available` bytes, into description.rows.
// REQUIRES: the vocabulary size has been checked (CheckExtents).
void CountIntactRows(std::int64_t available, LogDescription& description);

// The reader of headerless files: options.vocabulary_size elements a row.
absl::StatusOr<DenseParts> ParseRaw(const InputFile& input,
                                    const OpenRequest& request);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_ROWS_DENSE_LOG_H_

// Masks of rows as a log holds them, and as stages want them.
//
// Thread-safety: pure functions.
// Cost: one read of a row's mask; plain ones are packed on the way.
// Tested by: tests/tools/replay/logged_settings_test.cc.

#ifndef SAMPLER_LOGS_ROWS_ROW_MASKS_H_
#define SAMPLER_LOGS_ROWS_ROW_MASKS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "sampler/logs/files/input_file.h"

namespace sampler::logs {

// Masks, one a row, in the file.
struct MaskColumn {
  std::int64_t offset = 0;     // Of row 0.
  std::int64_t row_bytes = 0;  // A multiple of 4 if packed.
  bool packed = false;         // Bits as in TokenMask; else a byte a token.
};

// Reads the mask of the file's row `row_in_file`, which errors call `row`, as
// the words of a TokenMask.
absl::Status ReadMask(const InputFile& file, const MaskColumn& column,
                      std::int64_t row_in_file, std::int64_t row,
                      std::vector<std::uint32_t>& words);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_ROWS_ROW_MASKS_H_

// Masks of rows as a log holds them, and as stages want them.
//
// Thread-safety: pure functions.
// Cost: one read of a row's mask; plain ones are packed on the way.
// Tested by: tests/tools/replay/logged_settings_test.cc.

#ifndef SAMPLER_LOGS_ROWS_ROW_MASKS_H_
#define SAMPLER_LOGS_ROWS_ROW_MASKS_H_

#include <cstddef>
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
  // Of masks that list the ids of allowed tokens: where those of each row of
  // the file begin among all, and one end. `offset` is that of the first id.
  std::vector<std::int64_t> starts = {};
  std::size_t id_width = 0;  // Bytes of an id.
  bool id_signed = true;
  std::int64_t vocabulary_size = 0;
};

// Reads the mask of the file's row `row_in_file`, which errors call `row`, as
// the words of a TokenMask. InvalidArgument for a listed id outside the
// vocabulary.
absl::Status ReadMask(const InputFile& file, const MaskColumn& column,
                      std::int64_t row_in_file, std::int64_t row,
                      std::vector<std::uint32_t>& words);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_ROWS_ROW_MASKS_H_

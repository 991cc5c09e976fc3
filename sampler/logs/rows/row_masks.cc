#include "sampler/logs/rows/row_masks.h"

#include <cstddef>

#include "absl/types/span.h"
#include "sampler/logs/files/little_endian.h"

namespace sampler::logs {

absl::Status ReadMask(const InputFile& file, const MaskColumn& column,
                      std::int64_t row_in_file, std::int64_t row,
                      std::vector<std::uint32_t>& words) {
  std::vector<unsigned char> bytes(static_cast<std::size_t>(column.row_bytes));
  absl::Status status =
      file.Read(column.offset + row_in_file * column.row_bytes,
                absl::MakeSpan(bytes), row);
  if (!status.ok()) return status;
  if (column.packed) {
    words.resize(bytes.size() / 4);
    for (std::size_t i = 0; i < words.size(); ++i) {
      words[i] = LoadLittle<std::uint32_t>(bytes.data() + 4 * i);
    }
    return absl::OkStatus();
  }
  words.assign((bytes.size() + 31) / 32, 0);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != 0) words[i / 32] |= std::uint32_t{1} << (i % 32);
  }
  return absl::OkStatus();
}

}  // namespace sampler::logs

#include "sampler/logs/rows/row_masks.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/files/little_endian.h"

namespace sampler::logs {

namespace {

// A mask that lists the ids of its tokens.
absl::Status ReadListed(const InputFile& file, const MaskColumn& column,
                        std::int64_t row_in_file, std::int64_t row,
                        std::vector<std::uint32_t>& words) {
  const auto index = static_cast<std::size_t>(row_in_file);
  const std::int64_t first = column.starts[index];
  const auto count = static_cast<std::size_t>(column.starts[index + 1] - first);
  std::vector<unsigned char> bytes(count * column.id_width);
  absl::Status status = file.Read(
      column.offset + first * static_cast<std::int64_t>(column.id_width),
      absl::MakeSpan(bytes), row);
  if (!status.ok()) return status;
  words.assign(static_cast<std::size_t>(column.vocabulary_size + 31) / 32, 0);
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t id = LoadInteger(bytes.data() + i * column.id_width,
                                        column.id_width, column.id_signed);
    if (id < 0 || id >= column.vocabulary_size) {
      return InvalidLog(
          {file.path(), absl::StrCat("row ", row, ": mask"),
           absl::StrCat("token id ", id),
           absl::StrCat("ids in [0, ", column.vocabulary_size, ")"),
           "check that mask and rows are of one vocabulary"});
    }
    const auto bit = static_cast<std::uint32_t>(id);
    words[bit / 32] |= std::uint32_t{1} << (bit % 32);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadMask(const InputFile& file, const MaskColumn& column,
                      std::int64_t row_in_file, std::int64_t row,
                      std::vector<std::uint32_t>& words) {
  if (!column.starts.empty()) {
    return ReadListed(file, column, row_in_file, row, words);
  }
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

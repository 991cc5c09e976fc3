#include "sampler/logs/rows/dense_log.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"

namespace sampler::logs {

DenseLog::DenseLog(InputFile file, DenseParts dense)
    : Log(std::move(file), std::move(dense.parts)),
      data_offset_(dense.data_offset),
      swap_bytes_(dense.swap_bytes),
      pieces_(std::move(dense.pieces)),
      piece_rows_(dense.piece_rows) {}

std::int64_t DenseLog::OffsetOf(std::int64_t row_in_file,
                                std::int64_t row_bytes) const {
  if (pieces_.empty()) return data_offset_ + row_in_file * row_bytes;
  return pieces_[static_cast<std::size_t>(row_in_file / piece_rows_)] +
         row_in_file % piece_rows_ * row_bytes;
}

absl::StatusOr<Logits> DenseLog::Row(std::int64_t row,
                                     RowBuffer& buffer) const {
  const DType dtype = description().dtype;
  const std::size_t width = DTypeSize(dtype);
  const auto size = static_cast<std::size_t>(vocabulary_size());
  buffer.bytes.resize(size * width);
  const std::int64_t from = OffsetOf(RowInFile(row), std::ssize(buffer.bytes));
  absl::Status status = file().Read(from, absl::MakeSpan(buffer.bytes), row);
  if (!status.ok()) return status;
  if (swap_bytes_) {
    for (auto at = buffer.bytes.begin(); at != buffer.bytes.end();
         at += static_cast<std::ptrdiff_t>(width)) {
      std::reverse(at, at + static_cast<std::ptrdiff_t>(width));
    }
  }
  return Logits(buffer.bytes.data(), dtype, size);
}

void CountIntactRows(std::int64_t available, LogDescription& description) {
  // A vocabulary size below 2^31 times at most eight bytes cannot overflow.
  const std::int64_t row_bytes =
      description.vocabulary_size *
      static_cast<std::int64_t>(DTypeSize(description.dtype));
  description.rows = std::clamp<std::int64_t>(available / row_bytes, 0,
                                              description.expected_rows);
}

absl::StatusOr<DenseParts> ParseRaw(const InputFile& input,
                                    const OpenRequest& request) {
  const std::string& file = input.path();
  const OpenOptions& options = request.options;
  if (!options.vocabulary_size) {
    return InvalidLog({file, "raw input", "no vocabulary size", "one",
                       "say how many logits a row holds"});
  }
  DenseParts dense;
  LogDescription& description = dense.parts.description;
  description.format = Format::kRaw;
  description.dtype = options.dtype.value_or(DType::kF32);
  description.vocabulary_size = *options.vocabulary_size;
  const std::int64_t size = input.size();
  description.expected_rows = 1;  // Until the width is known to be sane.
  absl::Status status = CheckExtents(file, options, description);
  if (!status.ok()) return status;
  const std::int64_t row_bytes =
      description.vocabulary_size *
      static_cast<std::int64_t>(DTypeSize(description.dtype));
  const std::int64_t rest = size % row_bytes;
  description.expected_rows = size / row_bytes + (rest != 0 ? 1 : 0);
  CountIntactRows(size, description);
  if (rest != 0 && !(options.allow_partial && description.rows > 0)) {
    return InvalidLog(
        {file, "size",
         absl::StrCat(size, " bytes (", description.rows, " rows and ", rest,
                      " bytes)"),
         absl::StrCat("a multiple of ", row_bytes, " bytes (",
                      description.vocabulary_size, " x ",
                      DTypeName(description.dtype), ")"),
         "check the vocabulary size and the dtype, or allow partial input"});
  }
  status = CheckExtents(file, options, description);
  if (!status.ok()) return status;
  const std::int64_t rows[] = {description.expected_rows};
  auto layout = FindLayout({file, rows, {}, {}}, options, description);
  if (!layout.ok()) return layout.status();
  SetLayout(*layout, dense.parts);
  return dense;
}

}  // namespace sampler::logs

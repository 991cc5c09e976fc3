#include "sampler/logs/dense_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"

namespace sampler::logs {

DenseLog::DenseLog(MappedFile file, DenseParts dense)
    : Log(std::move(dense.parts)),
      file_(std::move(file)),
      data_offset_(dense.data_offset),
      swap_bytes_(dense.swap_bytes) {}

Logits DenseLog::Row(std::int64_t row, RowBuffer& buffer) const {
  const auto size = static_cast<std::size_t>(vocabulary_size());
  const DType dtype = description().dtype;
  const std::size_t width = DTypeSize(dtype);
  const unsigned char* from = file_.bytes().data() + data_offset_ +
                              static_cast<std::size_t>(row) * size * width;
  if (!swap_bytes_) return Logits(from, dtype, size);
  buffer.bytes.resize(size * width);
  for (std::size_t i = 0; i < size; ++i) {
    std::reverse_copy(from + i * width, from + (i + 1) * width,
                      buffer.bytes.data() + i * width);
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

absl::StatusOr<DenseParts> ParseRaw(const std::string& file,
                                    absl::Span<const unsigned char> bytes,
                                    const OpenOptions& options) {
  if (!options.vocabulary_size) {
    return InvalidLog({file, "raw input", "no vocabulary size", "one",
                       "say how many logits a row holds"});
  }
  DenseParts dense;
  LogDescription& description = dense.parts.description;
  description.format = Format::kRaw;
  description.dtype = options.dtype.value_or(DType::kF32);
  description.vocabulary_size = *options.vocabulary_size;
  const auto size = static_cast<std::int64_t>(bytes.size());
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
  dense.parts.sequence_offsets =
      UniformOffsets(description.rows, description.expected_rows);
  return dense;
}

}  // namespace sampler::logs

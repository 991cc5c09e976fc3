#include "sampler/logs/npy.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sampler/logs/checked_math.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/npy_header.h"

namespace sampler::logs {
namespace {

// Sets dtype, byte order and notices from `descr`.
absl::Status ReadElementType(const std::string& file, const std::string& descr,
                             const OpenOptions& options, DenseParts& dense) {
  LogDescription& description = dense.parts.description;
  dense.swap_bytes = absl::StartsWith(descr, ">");
  const absl::string_view kind =
      descr.empty() ? "" : absl::string_view(descr).substr(1);
  const bool ordered = absl::StartsWith(descr, "<") || dense.swap_bytes;
  if (ordered && kind == "f4") {
    description.dtype = DType::kF32;
  } else if (ordered && kind == "f2") {
    description.dtype = DType::kF16;
  } else if (ordered && kind == "f8") {
    description.dtype = DType::kF64;
  } else if (descr == "|V2" || descr == "<V2" ||
             ((descr == "<u2" || descr == "<i2") &&
              options.dtype == DType::kBF16)) {
    description.dtype = DType::kBF16;
    description.notices.push_back(
        absl::StrCat("stored as ", descr, ", read as bf16"));
  } else {
    const bool integers = descr == "<u2" || descr == "<i2";
    const bool objects = absl::StrContains(descr, "O");
    return InvalidLog(
        {file, "descr", absl::StrCat("\"", descr, "\""),
         "<f4, <f2, <f8, >f4, >f2, >f8, |V2 or <V2",
         integers  ? "if these are bf16 bits, say dtype bf16"
         : objects ? "an object array is a pickle, which could run code: save "
                     "numpy.asarray(a, 'float32')"
                   : "save the logits with .astype('<f4')"});
  }
  return absl::OkStatus();
}

// Sets width, row count and the length of one sequence from `shape`.
absl::StatusOr<std::int64_t> ReadShape(const std::string& file,
                                       absl::Span<const std::int64_t> shape,
                                       LogDescription& description) {
  const auto elements = CheckedProduct(shape);
  if (shape.empty() || shape.size() > 3 || !elements ||
      !CheckedMultiply(*elements, 8)) {
    return InvalidLog({file, "shape", ShapeText(shape),
                       "(V,), (T, V) or (B, T, V) below 2^63 bytes",
                       "save one array with the vocabulary as last axis"});
  }
  description.vocabulary_size = shape.back();
  description.expected_rows = 1;
  for (std::size_t axis = 0; axis + 1 < shape.size(); ++axis) {
    description.expected_rows *= shape[axis];
  }
  return shape.size() == 3 ? shape[1] : description.expected_rows;
}

}  // namespace

absl::StatusOr<DenseParts> ParseNpy(const std::string& file,
                                    absl::Span<const unsigned char> bytes,
                                    const OpenOptions& options) {
  auto header = ParseNpyHeader(file, bytes);
  if (!header.ok()) return header.status();
  if (header->fortran_order) {
    return InvalidLog({file, "fortran_order", "True", "False",
                       "save numpy.ascontiguousarray(a)"});
  }
  DenseParts dense;
  LogDescription& description = dense.parts.description;
  description.format = Format::kNpy;
  absl::Status status = ReadElementType(file, header->descr, options, dense);
  if (!status.ok()) return status;
  auto length = ReadShape(file, header->shape, description);
  if (!length.ok()) return length.status();
  status = CheckExtents(file, options, description);
  if (!status.ok()) return status;
  dense.data_offset = header->data_offset;
  const auto available =
      static_cast<std::int64_t>(bytes.size() - header->data_offset);
  const std::int64_t promised =
      description.expected_rows * description.vocabulary_size *
      static_cast<std::int64_t>(DTypeSize(description.dtype));
  if (available > promised) {
    return InvalidLog({file, "end of file",
                       absl::StrCat(available, " bytes of data"),
                       absl::StrCat(promised, ", as the shape says"),
                       "save one array per file"});
  }
  CountIntactRows(available, description);
  dense.parts.sequence_offsets = UniformOffsets(description.rows, *length);
  return dense;
}

}  // namespace sampler::logs

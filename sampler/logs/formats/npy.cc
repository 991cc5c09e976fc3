#include "sampler/logs/formats/npy.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/files/checked_math.h"
#include "sampler/logs/formats/npy_header.h"

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

// Sets width and row count from `shape`.
absl::Status ReadArrayShape(const std::string& file,
                            absl::Span<const std::int64_t> shape,
                            LogDescription& description) {
  const auto elements = CheckedProduct(shape);
  if (shape.empty() || shape.size() > 3 || !elements ||
      !CheckedMultiply(*elements, 8)) {
    return InvalidLog(
        {file, "shape", ShapeText(shape),
         "(V,), (T, V) or (B, T, V) below 2^63 bytes, and axes of 1",
         "save one array with the vocabulary as last axis"});
  }
  description.vocabulary_size = shape.back();
  description.expected_rows = 1;
  for (std::size_t axis = 0; axis + 1 < shape.size(); ++axis) {
    description.expected_rows *= shape[axis];
  }
  return absl::OkStatus();
}

std::vector<TokenShape> GivenShapes(const OpenRequest& request) {
  if (!request.tokens.has_value()) return {};
  return {{request.tokens->shape}};
}

}  // namespace

absl::StatusOr<DenseParts> ParseNpy(const InputFile& input,
                                    const OpenRequest& request) {
  const std::string& file = input.path();
  const auto start = input.Prefix(kMostNpyHeaderBytes);
  if (!start.ok()) return start.status();
  auto header = ParseNpyHeader(file, *start);
  if (!header.ok()) return header.status();
  if (header->fortran_order) {
    return InvalidLog({file, "fortran_order", "True", "False",
                       "save numpy.ascontiguousarray(a)"});
  }
  DenseParts dense;
  LogDescription& description = dense.parts.description;
  description.format = Format::kNpy;
  absl::Status status =
      ReadElementType(file, header->descr, request.options, dense);
  if (!status.ok()) return status;
  DropUnitAxes(header->shape);
  const auto shape = absl::MakeConstSpan(header->shape);
  status = ReadArrayShape(file, shape, description);
  if (!status.ok()) return status;
  status = CheckExtents(file, request.options, description);
  if (!status.ok()) return status;
  dense.data_offset = static_cast<std::int64_t>(header->data_offset);
  const std::int64_t available = input.size() - dense.data_offset;
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
  const auto layout =
      FindLayout({file, shape.first(shape.size() - 1), GivenShapes(request),
                  GivenSequences(request)},
                 request.options, description);
  if (!layout.ok()) return layout.status();
  SetLayout(*layout, dense.parts);
  return dense;
}

}  // namespace sampler::logs

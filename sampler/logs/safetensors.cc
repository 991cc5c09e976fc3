#include "sampler/logs/safetensors.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/safetensors_header.h"
#include "sampler/logs/safetensors_tokens.h"

namespace sampler::logs {
namespace {

std::optional<DType> LogitsType(absl::string_view dtype) {
  for (const auto& [name, type] :
       {std::pair("F32", DType::kF32), std::pair("F16", DType::kF16),
        std::pair("BF16", DType::kBF16), std::pair("F64", DType::kF64)}) {
    if (dtype == name) return type;
  }
  return std::nullopt;
}

bool CouldBeLogits(const TensorInfo& tensor) {
  return LogitsType(tensor.dtype) &&
         (tensor.shape.size() == 2 || tensor.shape.size() == 3);
}

std::vector<const TensorInfo*> All(const SafetensorsHeader& header) {
  std::vector<const TensorInfo*> all;
  for (const TensorInfo& tensor : header.tensors) all.push_back(&tensor);
  return all;
}

absl::StatusOr<const TensorInfo*> NamedLogits(const std::string& file,
                                              const SafetensorsHeader& header,
                                              const std::string& name) {
  const TensorInfo* tensor = header.Find(name);
  if (tensor != nullptr && CouldBeLogits(*tensor)) return tensor;
  return InvalidLog(
      {file, absl::StrCat("tensor \"", name, "\""),
       tensor == nullptr
           ? "no such tensor"
           : absl::StrCat(tensor->dtype, " ",
                          ShapeText(absl::MakeConstSpan(tensor->shape))),
       "F32, F16, BF16 or F64 of shape [N, V] or [B, N, V]",
       absl::StrCat("this file holds ", TensorsText(All(header)))});
}

absl::StatusOr<const TensorInfo*> OnlyLogits(const std::string& file,
                                             const SafetensorsHeader& header) {
  std::vector<const TensorInfo*> candidates;
  std::int64_t width = 0;
  for (const TensorInfo& tensor : header.tensors) {
    if (!CouldBeLogits(tensor) || tensor.shape.back() < width) continue;
    if (tensor.shape.back() > width) candidates.clear();
    width = tensor.shape.back();
    candidates.push_back(&tensor);
  }
  if (candidates.size() == 1) return candidates.front();
  if (candidates.empty()) {
    return InvalidLog(
        {file, "tensors", TensorsText(All(header)),
         "one F32, F16, BF16 or F64 tensor of shape [N, V] or [B, N, V]",
         "save the logits under the name \"logits\""});
  }
  return InvalidLog(
      {file, "tensors",
       absl::StrCat(candidates.size(),
                    " that could be the logits: ", TensorsText(candidates)),
       "one", "choose with --tensor NAME"});
}

// Rows per sequence of a [B, N, V] tensor; all rows for [N, V].
std::int64_t ReadShape(const TensorInfo& tensor, LogDescription& description) {
  description.tensor = tensor.name;
  description.dtype = *LogitsType(tensor.dtype);
  description.vocabulary_size = tensor.shape.back();
  const bool batched = tensor.shape.size() == 3;
  const std::int64_t rows = tensor.shape[batched ? 1 : 0];
  description.expected_rows = batched ? tensor.shape[0] * rows : rows;
  return rows;
}

// The end of the last tensor is the end of the file; less is a truncation even
// if the logits themselves are whole.
absl::Status CheckLength(const std::string& file, const OpenOptions& options,
                         std::int64_t available,
                         const SafetensorsHeader& header,
                         const LogDescription& description) {
  const std::int64_t promised = header.tensors.back().end;
  if (available > promised) {
    return InvalidLog({file, "end of file",
                       absl::StrCat(available, " bytes of data"),
                       absl::StrCat(promised, ", as the header says"),
                       "the file is corrupt: write it again"});
  }
  const bool rows_missing = description.rows < description.expected_rows;
  if (available == promised || options.allow_partial || rows_missing) {
    return absl::OkStatus();  // Missing rows are reported by FinishParts.
  }
  return TruncatedLog(
      {file, absl::StrCat("end of file at data byte ", available),
       absl::StrCat("all ", description.rows, " rows intact, but ", available,
                    " bytes of data"),
       absl::StrCat(promised, " bytes, as the header says"),
       "write the file again, or allow partial input to use the rows"});
}

}  // namespace

absl::StatusOr<DenseParts> ParseSafetensors(
    const std::string& file, absl::Span<const unsigned char> bytes,
    SafetensorsHeader header, const OpenOptions& options) {
  auto logits = options.tensor.empty()
                    ? OnlyLogits(file, header)
                    : NamedLogits(file, header, options.tensor);
  if (!logits.ok()) return logits.status();
  DenseParts dense;
  LogDescription& description = dense.parts.description;
  description.format = Format::kSafetensors;
  description.metadata = std::move(header.metadata);
  const std::int64_t length = ReadShape(**logits, description);
  absl::Status status = CheckExtents(file, options, description);
  if (!status.ok()) return status;
  const auto available =
      static_cast<std::int64_t>(bytes.size() - header.data_offset);
  const std::int64_t begin = (*logits)->begin;
  CountIntactRows(std::max<std::int64_t>(available - begin, 0), description);
  status = CheckLength(file, options, available, header, description);
  if (!status.ok()) return status;
  // Of no use where no row is: the offset may lie beyond the end of the file.
  dense.data_offset = header.data_offset + static_cast<std::size_t>(begin);
  dense.parts.sequence_offsets = UniformOffsets(description.rows, length);
  if (description.rows == 0) return dense;
  status = ReadTokenTensors(file, bytes, header, dense.parts);
  if (!status.ok()) return status;
  return dense;
}

}  // namespace sampler::logs

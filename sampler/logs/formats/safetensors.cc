#include "sampler/logs/formats/safetensors.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/formats/safetensors_tokens.h"

namespace sampler::logs {
namespace {

void ReadShape(const TensorInfo& tensor, LogDescription& description) {
  description.tensor = tensor.name;
  description.dtype = *RealType(tensor.dtype);
  description.vocabulary_size = tensor.shape.back();
  const bool batched = tensor.shape.size() == 3;
  description.expected_rows = tensor.shape[0] * (batched ? tensor.shape[1] : 1);
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

// Counts the whole rows of a tensor that is one piece, or of the first pieces
// of one that was joined, and notes where these begin.
void CountRows(const TensorInfo& logits, std::int64_t data_offset,
               std::int64_t available, DenseParts& dense) {
  LogDescription& description = dense.parts.description;
  if (logits.parts.empty()) {
    CountIntactRows(std::max<std::int64_t>(available - logits.begin, 0),
                    description);
    // Of no use where no row is: the offset may lie beyond the end of the file.
    dense.data_offset = data_offset + logits.begin;
    return;
  }
  dense.piece_rows = description.expected_rows / logits.shape[0];
  const std::int64_t bytes =
      dense.piece_rows * description.vocabulary_size *
      static_cast<std::int64_t>(DTypeSize(description.dtype));
  for (const std::int64_t begin : logits.parts) {
    if (begin + bytes > available) break;
    dense.pieces.push_back(data_offset + begin);
  }
  description.rows = dense.piece_rows * std::ssize(dense.pieces);
}

}  // namespace

absl::StatusOr<DenseParts> ParseSafetensors(const InputFile& input,
                                            const SafetensorsHeader& header,
                                            const TensorInfo& logits,
                                            const OpenRequest& request) {
  const std::string& file = input.path();
  DenseParts dense;
  LogDescription& description = dense.parts.description;
  description.format = Format::kSafetensors;
  description.metadata = header.metadata;
  ReadShape(logits, description);
  absl::Status status = CheckExtents(file, request.options, description);
  if (!status.ok()) return status;
  const auto data_offset = static_cast<std::int64_t>(header.data_offset);
  const std::int64_t available = input.size() - data_offset;
  CountRows(logits, data_offset, available, dense);
  status = CheckLength(file, request.options, available, header, description);
  if (!status.ok()) return status;
  status = ReadTokenTensors(input, header, logits, request, dense.parts);
  if (!status.ok()) return status;
  return dense;
}

}  // namespace sampler::logs

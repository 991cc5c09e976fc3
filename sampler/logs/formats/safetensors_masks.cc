// The masks of a safetensors log: safetensors.h.

#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/formats/safetensors.h"
#include "sampler/logs/rows/integer_tensors.h"

namespace sampler::logs {

absl::Status FindMaskColumn(const InputFile& file,
                            const SafetensorsHeader& header,
                            const TensorInfo& tensor, LogParts& parts) {
  LogDescription& description = parts.description;
  const std::int64_t width = description.vocabulary_size;
  const std::int64_t words = (width + 31) / 32;
  std::int64_t rows = 1;
  for (std::size_t axis = 0; axis + 1 < tensor.shape.size(); ++axis) {
    rows *= tensor.shape[axis];
  }
  const std::int64_t last = tensor.shape.empty() ? 0 : tensor.shape.back();
  const bool plain =
      tensor.dtype == "BOOL" || tensor.dtype == "U8" || tensor.dtype == "I8";
  const bool packed = tensor.dtype == "I32" || tensor.dtype == "U32";
  const bool fits =
      tensor.shape.size() >= 2 && rows == description.expected_rows &&
      ((plain && last == width) || (packed && last >= 1 && last <= words));
  if (!fits) {
    return InvalidLog(
        {file.path(), absl::StrCat("tensor \"", tensor.name, "\""),
         TensorText(tensor),
         absl::StrCat("a mask of each of ", description.expected_rows,
                      " rows: BOOL or U8 of ", width,
                      " tokens, or I32 of 1 to ", words, " words of 32 bits"),
         "1 allows a token; if it is no mask of the rows, give it another "
         "name"});
  }
  const auto data = static_cast<std::int64_t>(header.data_offset);
  if (data + tensor.end > file.size()) {
    description.notices.push_back(
        absl::StrCat("tensor \"", tensor.name,
                     "\" lies behind the truncation and is left out"));
    return absl::OkStatus();
  }
  parts.mask =
      MaskColumn{data + tensor.begin, plain ? width : 4 * last, packed};
  description.masks = true;
  return absl::OkStatus();
}

absl::Status FindListedMaskColumn(const InputFile& file,
                                  const SafetensorsHeader& header,
                                  const ListedMasks& listed, LogParts& parts) {
  LogDescription& description = parts.description;
  const IntegerTensors tensors(file, header, description);
  auto starts = tensors.Read(listed.offsets->name);
  if (!starts.ok()) return starts.status();
  if (!starts->has_value()) return absl::OkStatus();
  const TensorInfo& ids = *listed.ids;
  const auto type = IntegerTypeOf(ids.dtype);
  if (!type.has_value() || ids.shape.size() != 1) {
    return InvalidLog({file.path(), absl::StrCat("tensor \"", ids.name, "\""),
                       TensorText(ids), "token ids, I32 or I64 of one axis",
                       "list the ids that each row allows, row after row"});
  }
  std::vector<std::int64_t> offsets = std::move((*starts)->ids);
  absl::Status status =
      tensors.CheckOffsets(listed.offsets->name, offsets, ids.shape[0]);
  if (!status.ok()) return status;
  if (std::ssize(offsets) != description.expected_rows + 1) {
    return InvalidLog(
        {file.path(), absl::StrCat("tensor \"", listed.offsets->name, "\""),
         absl::StrCat(offsets.size(), " offsets"),
         absl::StrCat(description.expected_rows + 1, ", one more than rows"),
         "say where the ids of each row start"});
  }
  const auto data = static_cast<std::int64_t>(header.data_offset);
  if (data + ids.end > file.size()) {
    description.notices.push_back(
        absl::StrCat("tensor \"", ids.name,
                     "\" lies behind the truncation and is left out"));
    return absl::OkStatus();
  }
  parts.mask = MaskColumn{.offset = data + ids.begin,
                          .starts = std::move(offsets),
                          .id_width = type->width,
                          .id_signed = type->is_signed,
                          .vocabulary_size = description.vocabulary_size};
  description.masks = true;
  return absl::OkStatus();
}

}  // namespace sampler::logs

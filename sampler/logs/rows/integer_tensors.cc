#include "sampler/logs/rows/integer_tensors.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/files/little_endian.h"

namespace sampler::logs {

absl::StatusOr<std::optional<TokenArray>> IntegerTensors::Read(
    absl::string_view name) const {
  const TensorInfo* tensor = header_.Find(name);
  if (tensor == nullptr) return std::nullopt;
  const auto type = IntegerTypeOf(tensor->dtype);
  if (!type.has_value()) {
    return InvalidLog({path(), absl::StrCat("tensor \"", name, "\""),
                       absl::StrCat("dtype ", tensor->dtype), "I32 or I64",
                       "save token ids and offsets as integers"});
  }
  const auto data = static_cast<std::int64_t>(header_.data_offset);
  if (tensor->end > file_.size() - data) {
    description_.notices.push_back(absl::StrCat(
        "tensor \"", name, "\" lies behind the truncation and is left out"));
    return std::nullopt;
  }
  std::vector<unsigned char> bytes(
      static_cast<std::size_t>(tensor->end - tensor->begin));
  absl::Status status = file_.Read(data + tensor->begin, absl::MakeSpan(bytes));
  if (!status.ok()) return status;
  TokenArray array = {std::vector<std::int64_t>(bytes.size() / type->width),
                      tensor->shape};
  const unsigned char* from = bytes.data();
  for (std::int64_t& value : array.ids) {
    value = LoadInteger(from, type->width, type->is_signed);
    from += type->width;
  }
  return array;
}

absl::Status IntegerTensors::CheckOffsets(
    absl::string_view name, const std::vector<std::int64_t>& offsets,
    std::int64_t end) const {
  if (offsets.size() >= 2 && offsets.front() == 0 && offsets.back() == end &&
      std::is_sorted(offsets.begin(), offsets.end())) {
    return absl::OkStatus();
  }
  return InvalidLog(
      {path(), absl::StrCat("tensor \"", name, "\""),
       offsets.empty() ? "no offsets"
                       : absl::StrCat(offsets.size(), " offsets from ",
                                      offsets.front(), " to ", offsets.back()),
       absl::StrCat("offsets that ascend from 0 to ", end),
       "write one start per sequence and the end"});
}

}  // namespace sampler::logs

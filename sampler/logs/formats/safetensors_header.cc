#include "sampler/logs/formats/safetensors_header.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/files/checked_math.h"
#include "sampler/logs/files/little_endian.h"
#include "sampler/logs/formats/safetensors_json.h"

namespace sampler::logs {
namespace {

constexpr std::size_t kLengthBytes = 8;

std::optional<std::int64_t> BitsPerElement(absl::string_view dtype) {
  struct Width {
    absl::string_view dtype;
    std::int64_t bits;
  };
  static constexpr Width kWidths[] = {
      {"BOOL", 8},    {"U8", 8},      {"I8", 8},   {"F8_E5M2", 8},
      {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F4", 4},   {"F6_E2M3", 6},
      {"F6_E3M2", 6}, {"I16", 16},    {"U16", 16}, {"F16", 16},
      {"BF16", 16},   {"I32", 32},    {"U32", 32}, {"F32", 32},
      {"C64", 64},    {"F64", 64},    {"I64", 64}, {"U64", 64}};
  for (const Width& width : kWidths) {
    if (width.dtype == dtype) return width.bits;
  }
  return std::nullopt;
}

// dtype, shape and offsets must state the same number of bytes.
absl::Status CheckTensor(const std::string& file, const TensorInfo& tensor) {
  const std::string where = absl::StrCat("tensor \"", tensor.name, "\"");
  const auto bits = BitsPerElement(tensor.dtype);
  if (!bits) {
    return InvalidLog({file, where, absl::StrCat("dtype ", tensor.dtype),
                       "a dtype of the safetensors format",
                       "save the logits as F32, F16 or BF16"});
  }
  const auto elements = CheckedProduct(tensor.shape);
  const auto total = elements ? CheckedMultiply(*elements, *bits) : elements;
  if (!total || *total % 8 != 0 || tensor.end < tensor.begin ||
      tensor.end - tensor.begin != *total / 8) {
    return InvalidLog(
        {file, absl::StrCat(where, ".data_offsets"),
         absl::StrCat("[", tensor.begin, ", ", tensor.end, "]"),
         absl::StrCat(total ? absl::StrCat(*total / 8) : "fewer than 2^60",
                      " bytes for ", tensor.dtype, " ",
                      ShapeText(absl::MakeConstSpan(tensor.shape))),
         "the header is corrupt: write the file again"});
  }
  return absl::OkStatus();
}

// Sorts by offset and checks that each tensor begins where the last one ended.
absl::Status CheckCoverage(const std::string& file,
                           std::vector<TensorInfo>& tensors) {
  std::sort(tensors.begin(), tensors.end(),
            [](const TensorInfo& a, const TensorInfo& b) {
              return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
            });
  std::int64_t expected = 0;
  for (const TensorInfo& tensor : tensors) {
    if (tensor.begin != expected) {
      return InvalidLog(
          {file, absl::StrCat("tensor \"", tensor.name, "\".data_offsets"),
           absl::StrCat("[", tensor.begin, ", ", tensor.end, "]"),
           absl::StrCat("a begin of ", expected, ": no ",
                        tensor.begin > expected ? "hole" : "overlap"),
           "the header is corrupt: write the file again"});
    }
    expected = tensor.end;
  }
  return absl::OkStatus();
}

}  // namespace

const TensorInfo* SafetensorsHeader::Find(absl::string_view name) const {
  for (const TensorInfo& tensor : tensors) {
    if (tensor.name == name) return &tensor;
  }
  return nullptr;
}

bool LooksLikeSafetensors(absl::Span<const unsigned char> bytes) {
  if (bytes.size() <= kLengthBytes || bytes[kLengthBytes] != '{') return false;
  const auto length = LoadLittle<std::uint64_t>(bytes.data());
  return length >= 2 && length <= kMaximumSafetensorsHeader;
}

absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(
    const std::string& file, absl::Span<const unsigned char> bytes) {
  const auto truncated = [&](absl::string_view allowed) {
    return TruncatedLog({file,
                         absl::StrCat("end of file at byte ", bytes.size()),
                         "an incomplete header, no intact row", allowed,
                         "the file is truncated: write it again"});
  };
  if (bytes.size() < kLengthBytes) return truncated("8 bytes of length");
  const auto length = LoadLittle<std::uint64_t>(bytes.data());
  if (length > kMaximumSafetensorsHeader) {
    return InvalidLog({file, "byte 0", absl::StrCat("header length ", length),
                       absl::StrCat("at most ", kMaximumSafetensorsHeader),
                       "the file is corrupt or not safetensors"});
  }
  if (bytes.size() - kLengthBytes < length) {
    return truncated(absl::StrCat(length, " bytes of header"));
  }
  SafetensorsJson json = ParseSafetensorsJson(absl::string_view(
      reinterpret_cast<const char*>(bytes.data()) + kLengthBytes,
      static_cast<std::size_t>(length)));
  if (!json.problem.empty()) {
    return InvalidLog(
        {file, absl::StrCat("header, byte ", kLengthBytes + json.position),
         json.problem,
         "one object of tensors with dtype, shape and data_offsets",
         "the header is corrupt: write the file again"});
  }
  for (TensorInfo& tensor : json.tensors) {
    absl::Status status = CheckTensor(file, tensor);
    if (!status.ok()) return status;
    DropUnitAxes(tensor.shape);
  }
  absl::Status status = CheckCoverage(file, json.tensors);
  if (!status.ok()) return status;
  return SafetensorsHeader{std::move(json.tensors), std::move(json.metadata),
                           kLengthBytes + static_cast<std::size_t>(length)};
}

absl::StatusOr<SafetensorsHeader> ReadSafetensorsHeader(const InputFile& file) {
  auto bytes = file.Prefix(kLengthBytes);
  if (!bytes.ok()) return bytes.status();
  if (bytes->size() == kLengthBytes) {
    const auto length = LoadLittle<std::uint64_t>(bytes->data());
    if (length <= kMaximumSafetensorsHeader) {
      bytes = file.Prefix(static_cast<std::int64_t>(kLengthBytes + length));
      if (!bytes.ok()) return bytes.status();
    }
  }
  return ParseSafetensorsHeader(file.path(), *bytes);
}

std::optional<DType> RealType(absl::string_view dtype) {
  if (dtype == "F32") return DType::kF32;
  if (dtype == "F16") return DType::kF16;
  if (dtype == "BF16") return DType::kBF16;
  if (dtype == "F64") return DType::kF64;
  return std::nullopt;
}

std::optional<IntegerType> IntegerTypeOf(absl::string_view dtype) {
  for (const absl::string_view known :
       {"I8", "U8", "I16", "U16", "I32", "U32", "I64", "U64"}) {
    if (dtype != known) continue;
    return IntegerType{static_cast<std::size_t>(*BitsPerElement(dtype) / 8),
                       dtype[0] == 'I'};
  }
  return std::nullopt;
}

std::string TensorText(const TensorInfo& tensor) {
  return absl::StrCat(tensor.dtype, " ",
                      ShapeText(absl::MakeConstSpan(tensor.shape)));
}

std::string TensorsText(absl::Span<const TensorInfo* const> tensors) {
  constexpr std::size_t kMost = 8;
  if (tensors.empty()) return "none";
  std::string text = absl::StrJoin(
      tensors.first(std::min(kMost, tensors.size())), ", ",
      [](std::string* out, const TensorInfo* tensor) {
        absl::StrAppend(out, tensor->name, " ", TensorText(*tensor));
      });
  if (tensors.size() > kMost) {
    absl::StrAppend(&text, " and ", tensors.size() - kMost, " more");
  }
  return text;
}

}  // namespace sampler::logs

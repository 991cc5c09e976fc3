// The header of a safetensors file: u64 length H, then H bytes of JSON
//
//   {"name": {"dtype": "F32", "shape": [64, 49152],
//             "data_offsets": [begin, end]}, ...,
//    "__metadata__": {"key": "value"}}
//
// Contract of a header that is returned: H at most 100 MB and inside the file;
//   valid UTF-8 JSON of exactly this shape, no key twice; every dtype known;
//   every end - begin equals the shape's product times the width, in 64 bits;
//   the tensors cover the data from 0 without holes or overlap, in the order of
//   `tensors`. Whether the file is long enough for them is the caller's
//   question: a truncated file has a good header.
// Errors: DataLoss (the file ends inside the header), InvalidArgument.
// Thread-safety: pure functions.
// Cost: parsed as a stream of events, so a hostile header of 100 MB of brackets
//   is refused at its third bracket.
// Tested by: tests/logs/formats/safetensors_header_test.cc.

#ifndef SAMPLER_LOGS_FORMATS_SAFETENSORS_HEADER_H_
#define SAMPLER_LOGS_FORMATS_SAFETENSORS_HEADER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sampler/logits.h"
#include "sampler/logs/files/input_file.h"

namespace sampler::logs {

// Bytes of a header, at most: the reference reader's own cap. Writers keep it
// too.
inline constexpr std::int64_t kMaximumSafetensorsHeader = 100'000'000;

struct TensorInfo {
  std::string name;
  std::string dtype;  // As written: "BF16".
  std::vector<std::int64_t> shape;
  std::int64_t begin = 0;  // Into the data, after the header.
  std::int64_t end = 0;
  // Of tensors that were joined (rows/tensor_series.h): where each part begins,
  // in the order of the first axis.
  std::vector<std::int64_t> parts = {};
};

struct SafetensorsHeader {
  std::vector<TensorInfo> tensors;
  std::map<std::string, std::string> metadata;
  std::size_t data_offset = 0;  // Inside the file, or at its end.

  // The tensor called `name`, or null.
  const TensorInfo* Find(absl::string_view name) const;
};

// True if the bytes can only be meant as safetensors: a plausible length, then
// an opening brace.
bool LooksLikeSafetensors(absl::Span<const unsigned char> bytes);

// `bytes` begin the file, and hold its header if they are not all of it.
absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(
    const std::string& file, absl::Span<const unsigned char> bytes);

// The header of an open file. Cost: memory of the header, at most 100 MB.
absl::StatusOr<SafetensorsHeader> ReadSafetensorsHeader(const InputFile& file);

// "F32", "F16", "BF16" and "F64" as types of rows; empty for any other.
std::optional<DType> RealType(absl::string_view dtype);

// Integers, by the bytes and the sign of an element.
struct IntegerType {
  std::size_t width = 0;
  bool is_signed = false;
};
std::optional<IntegerType> IntegerTypeOf(absl::string_view dtype);

// "BF16 [48, 49152]".
std::string TensorText(const TensorInfo& tensor);

// "logits BF16 [48, 49152], scores F32 [48, 49152]", for messages; the first
// eight of many.
std::string TensorsText(absl::Span<const TensorInfo* const> tensors);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FORMATS_SAFETENSORS_HEADER_H_

// Makes the header of a safetensors file; the tensors' data follows it in the
// order in which they were added.
//
// Errors: InvalidArgument for a header that no reader would take.
// Thread-safety: one thread at a time.
// Tested by: tests/logs/writers_test.cc,
// tests/logs/server/array_answer_test.cc,
//   tests/tools/replay/emit_test.cc.

#ifndef SAMPLER_LOGS_FORMATS_SAFETENSORS_HEADER_WRITER_H_
#define SAMPLER_LOGS_FORMATS_SAFETENSORS_HEADER_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sampler/logs/files/output_file.h"

namespace sampler::logs {

class SafetensorsHeaderWriter {
 public:
  // Metadata is the caller's: bytes that are not UTF-8 become U+FFFD.
  explicit SafetensorsHeaderWriter(std::map<std::string, std::string> metadata)
      : metadata_(std::move(metadata)) {}

  // A tensor of elements of `width` bytes, `dtype` as the format spells it.
  void Add(std::string name, std::string dtype, std::vector<std::int64_t> shape,
           std::size_t width);

  // Length and text, padded so that the data is aligned for 64-bit elements.
  // `path` names the file in errors.
  absl::StatusOr<std::string> Bytes(const std::string& path) const;
  absl::Status WriteTo(const std::string& path, OutputFile& file) const;

 private:
  struct Tensor {
    std::string name;
    std::string dtype;
    std::vector<std::int64_t> shape;
    std::int64_t begin;
    std::int64_t end;
  };

  std::map<std::string, std::string> metadata_;
  std::vector<Tensor> tensors_;
};

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FORMATS_SAFETENSORS_HEADER_WRITER_H_

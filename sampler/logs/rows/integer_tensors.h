// The small integer tensors of a safetensors log, read whole.
//
// Errors: InvalidArgument naming the tensor (a dtype that is none of integers,
//   offsets that do not ascend), and those of input_file.h.
// Thread-safety: one thread at a time.
// Cost: memory of the tensor, as 64-bit integers.
// Tested by: tests/logs/formats/safetensors_tokens_test.cc.

#ifndef SAMPLER_LOGS_ROWS_INTEGER_TENSORS_H_
#define SAMPLER_LOGS_ROWS_INTEGER_TENSORS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sampler/logs/files/input_file.h"
#include "sampler/logs/files/token_file.h"
#include "sampler/logs/formats/safetensors_header.h"
#include "sampler/logs/log.h"

namespace sampler::logs {

class IntegerTensors {
 public:
  // All must outlive the reader. Notices go to `description`.
  IntegerTensors(const InputFile& file, const SafetensorsHeader& header,
                 LogDescription& description)
      : file_(file), header_(header), description_(description) {}

  const std::string& path() const { return file_.path(); }

  // The tensor `name`; none if the file has none, or, with a notice, if it is
  // cut off.
  absl::StatusOr<std::optional<TokenArray>> Read(absl::string_view name) const;

  // Refuses offsets that do not ascend from 0 to `end`.
  absl::Status CheckOffsets(absl::string_view name,
                            const std::vector<std::int64_t>& offsets,
                            std::int64_t end) const;

 private:
  const InputFile& file_;
  const SafetensorsHeader& header_;
  LogDescription& description_;
};

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_ROWS_INTEGER_TENSORS_H_

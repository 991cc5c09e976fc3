// Writes a log in another format, and says what that loses.
//
// Thread-safety: one thread at a time.
// Tested by: tests/tools/convert_test.cc.

#ifndef SAMPLER_TOOLS_CONVERT_WRITE_H_
#define SAMPLER_TOOLS_CONVERT_WRITE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "sampler/logs/files/output_file.h"
#include "sampler/logs/log.h"
#include "tools/options/row_selection.h"
#include "tools/text/output.h"

namespace sampler::tools {

enum class Target { kSafetensors, kNpy, kLlama };

struct ConvertOptions {
  std::optional<Target> to;
  std::optional<DType> dtype;  // Empty: that of the log.
  std::int64_t top_k = 0;      // 0: whole rows.
  RowSelection rows;           // That are written; in the log.
};

// Returns what was written, "safetensors bf16". Losses become warnings.
// Errors: InvalidArgument (what the format cannot hold), those of the writers.
absl::StatusOr<std::string> WriteLog(const logs::Log& log,
                                     const std::string& path, Target target,
                                     logs::Overwrite overwrite,
                                     const ConvertOptions& options,
                                     Warnings& losses, bool quiet);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_CONVERT_WRITE_H_

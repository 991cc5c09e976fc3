// Writes the likeliest tokens of each row, through a logger, which encodes each
// row once.
//
// Thread-safety: one thread at a time.
// Tested by: tests/tools/convert_test.cc, tests/tools/convert_rows_test.cc.

#ifndef SAMPLER_TOOLS_CONVERT_TOP_K_H_
#define SAMPLER_TOOLS_CONVERT_TOP_K_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "sampler/logs/files/output_file.h"
#include "sampler/logs/log.h"
#include "tools/convert/selection.h"
#include "tools/text/output.h"
#include "tools/text/progress.h"

namespace sampler::tools {

// InvalidArgument for a log without tokens; errors of the logger.
absl::Status WriteTopK(const logs::Log& log, const std::string& path,
                       logs::Overwrite overwrite, DType dtype,
                       std::int64_t top_k, const SelectedContents& selected,
                       Progress& progress, Warnings& losses);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_CONVERT_TOP_K_H_

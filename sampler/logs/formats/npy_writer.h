// Writes the rows of a log as a NumPy array (N, V), version 1.0 of the format:
// '<f4', '<f2', '<f8', or '|V2' for bf16, which NumPy lacks and ml_dtypes
// stores so. Tokens, sequences and metadata have no place in it.
//
// Errors: as safetensors_writer.h.
// Thread-safety: pure function of its arguments.
// Tested by: tests/logs/writers_test.cc.

#ifndef SAMPLER_LOGS_FORMATS_NPY_WRITER_H_
#define SAMPLER_LOGS_FORMATS_NPY_WRITER_H_

#include <string>

#include "absl/status/status.h"
#include "sampler/logs/files/output_file.h"
#include "sampler/logs/log_contents.h"

namespace sampler::logs {

absl::Status WriteNpy(const std::string& path, Overwrite overwrite,
                      const LogContents& contents, DenseRows rows);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FORMATS_NPY_WRITER_H_

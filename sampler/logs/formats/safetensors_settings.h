// With what the sequences of a safetensors log were drawn: seq_seeds and the
// tensors beside it (safetensors.h), and the metadata "configs".
//
// Errors: InvalidArgument naming the tensor: another length than sequences, one
//   of a pair that is missing, a stream or a clock out of range, an index of no
//   config, configs that are no JSON array of objects.
// Thread-safety: pure function of the file.
// Tested by: tests/logs/logger_settings_test.cc.

#ifndef SAMPLER_LOGS_FORMATS_SAFETENSORS_SETTINGS_H_
#define SAMPLER_LOGS_FORMATS_SAFETENSORS_SETTINGS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "sampler/logs/log_parts.h"
#include "sampler/logs/rows/integer_tensors.h"

namespace sampler::logs {

// `sequences` is the number of all sequences of the file.
absl::Status ReadSettings(const IntegerTensors& tensors, std::int64_t sequences,
                          LogParts& parts);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FORMATS_SAFETENSORS_SETTINGS_H_

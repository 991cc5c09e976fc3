// Token ids from a file of their own, for logs that hold only rows.
//
// Read by content: a NumPy array of integers (<i4, <i8, <u4, <u8, any shape, in
// C order), a JSON array of integers, or decimal integers separated by white
// space. Bytes that are none of these are little-endian int32, and only if the
// name ends in ".bin", because any file at all could be read that way.
//
// Contract: ids are returned as found; whether they fit a vocabulary is the
//   caller's question.
// Errors: NotFound, InvalidArgument (unreadable, empty, an id that is no
//   integer or exceeds 64 bits; says where), DataLoss (truncated .npy).
// Thread-safety: pure function of the file.
// Tested by: tests/logs/token_file_test.cc.

#ifndef SAMPLER_LOGS_TOKEN_FILE_H_
#define SAMPLER_LOGS_TOKEN_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace sampler::logs {

absl::StatusOr<std::vector<std::int64_t>> ReadTokenFile(
    const std::string& path);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_TOKEN_FILE_H_

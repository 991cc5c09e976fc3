// Token ids from a file of their own, for logs that hold only rows.
//
// Read by content: a NumPy array of integers (of 1 to 8 bytes, either byte
// order, any shape, in C order), a JSON array of integers, or decimal integers
// separated by white space. Bytes that are none of these are little-endian
// int32, and only if the name ends in ".bin", because any file at all could be
// read that way.
//
// Contract: ids are returned as found; whether they fit a vocabulary is the
//   caller's question.
// Errors: NotFound, InvalidArgument (unreadable, empty, an id that is no
//   integer or exceeds 64 bits; says where), DataLoss (truncated .npy).
// Thread-safety: pure function of the file.
// Tested by: tests/logs/files/token_file_test.cc.

#ifndef SAMPLER_LOGS_FILES_TOKEN_FILE_H_
#define SAMPLER_LOGS_FILES_TOKEN_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace sampler::logs {

// Token ids, and the shape in which they were stored.
struct TokenArray {
  std::vector<std::int64_t> ids;
  std::vector<std::int64_t> shape;  // Its product is ids.size().
};

absl::StatusOr<TokenArray> ReadTokenFile(const std::string& path);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FILES_TOKEN_FILE_H_

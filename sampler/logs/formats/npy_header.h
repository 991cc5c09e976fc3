// The header of a NumPy .npy file, versions 1.0, 2.0 and 3.0.
//
//   93 4e 55 4d 50 59 | major minor | H (u16 in 1.0, else u32) | H bytes | data
//
// The H bytes are a Python dict literal with exactly the keys descr,
// fortran_order and shape. It is parsed as a literal, never evaluated: strings
// without escapes, True, False and tuples of non-negative integers are all that
// is understood, so a structured dtype (a list) is refused here.
//
// Errors: DataLoss (the file ends inside the header), InvalidArgument (not a
//   header of this shape), with the byte offset.
// Thread-safety: pure functions.
// Tested by: tests/logs/formats/npy_header_test.cc.

#ifndef SAMPLER_LOGS_FORMATS_NPY_HEADER_H_
#define SAMPLER_LOGS_FORMATS_NPY_HEADER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace sampler::logs {

struct NpyHeader {
  std::string descr;  // As written: "<f4".
  bool fortran_order = false;
  std::vector<std::int64_t> shape;  // Empty for a scalar.
  std::size_t data_offset = 0;      // Inside the file.
};

// A header ends within so many bytes, or is refused.
inline constexpr std::int64_t kMostNpyHeaderBytes = (1 << 20) + 12;

bool HasNpyMagic(absl::Span<const unsigned char> bytes);

absl::StatusOr<NpyHeader> ParseNpyHeader(const std::string& file,
                                         absl::Span<const unsigned char> bytes);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FORMATS_NPY_HEADER_H_

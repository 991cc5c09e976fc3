// Reader of NumPy .npy logs: shapes (V,), (T, V), (1, T, V) and (B, T, V), the
// last as B sequences of T rows.
//
// Elements: <f4 <f2 <f8 and big-endian >f4 >f2 >f8; |V2 and <V2 as bf16, which
// NumPy lacks and ml_dtypes stores as raw pairs of bytes; <u2 and <i2 as bf16
// only if the caller says so. Objects (a pickle) and structures are refused,
// and so is Fortran order, which read as C order would be plausible noise.
//
// A stack of T steps of Hugging Face's generate() is (T, B, V), which for B > 1
// cannot be told from (B, T, V); the survey's shift check exposes it.
//
// Errors: as Log::Open. Thread-safety: pure function.
// Tested by: tests/logs/npy_test.cc.

#ifndef SAMPLER_LOGS_NPY_H_
#define SAMPLER_LOGS_NPY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sampler/logs/dense_log.h"

namespace sampler::logs {

absl::StatusOr<DenseParts> ParseNpy(const std::string& file,
                                    absl::Span<const unsigned char> bytes,
                                    const OpenOptions& options);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_NPY_H_

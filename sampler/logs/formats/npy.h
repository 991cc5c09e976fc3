// Reader of NumPy .npy logs: shapes (V,), (T, V), and (B, T, V) or (T, B, V),
// which row_layout.h tells apart.
//
// Elements: <f4 <f2 <f8 and big-endian >f4 >f2 >f8; |V2 and <V2 as bf16, which
// NumPy lacks and ml_dtypes stores as raw pairs of bytes; <u2 and <i2 as bf16
// only if the caller says so. Objects (a pickle) and structures are refused,
// and so is Fortran order, which read as C order would be plausible noise.
//
// Errors: as Log::Open. Thread-safety: pure function of the file.
// Tested by: tests/logs/formats/npy_test.cc.

#ifndef SAMPLER_LOGS_FORMATS_NPY_H_
#define SAMPLER_LOGS_FORMATS_NPY_H_

#include "absl/status/statusor.h"
#include "sampler/logs/rows/dense_log.h"

namespace sampler::logs {

absl::StatusOr<DenseParts> ParseNpy(const InputFile& input,
                                    const OpenRequest& request);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FORMATS_NPY_H_

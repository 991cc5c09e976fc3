// Reader of NumPy .npz archives: their arrays become the tensors of a
// safetensors file without a name, which is read like any other. So names mean
// what they mean there (logits, tokens, prompt_tokens, ids beside values ...),
// and what could be two things is the same question.
//
// Elements: f2 f4 f8, bf16 as npy.h has it, i4 i8, u1, bool; of either byte
// order. Another array, or one in Fortran order, is an error if it is asked
// for, and else a tensor that nobody reads.
//
// Errors: as Log::Open; those of zip_directory.h, inflate.h and npy_header.h;
//   Unavailable where the copy cannot be written.
// Thread-safety: pure function of the file.
// Cost: a temporary file of the size of the arrays.
// Tested by: tests/logs/npz/npz_test.cc.

#ifndef SAMPLER_LOGS_NPZ_NPZ_H_
#define SAMPLER_LOGS_NPZ_NPZ_H_

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sampler/logs/files/input_file.h"

namespace sampler::logs {

// Returns true if the first member of a file that begins so is an array.
bool LooksLikeNpz(absl::Span<const unsigned char> head);

// The arrays as a safetensors file. It has the path of `file`, for errors.
absl::StatusOr<InputFile> UnpackNpz(const InputFile& file);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_NPZ_NPZ_H_

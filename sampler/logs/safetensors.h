// Reader of safetensors logs with whole rows (sparse_log.h reads those with the
// top k tokens of each row).
//
// The logits are the tensor that options.tensor names, or else the only F64,
// F32, F16 or BF16 tensor of two or three axes with the largest last axis;
// where several remain (Hugging Face's `logits` and `scores`) the choice is the
// user's, because one of them is usually already processed. Shapes: [N, V],
// [1, N, V], and [B, N, V] as B sequences.
//
// Beside them, all optional:
//
//   tokens          I32 or I64, one per row: row n drew tokens[n]
//   input_ids       of N + 1 per sequence: row t predicts input_ids[t + 1];
//                   of N: taken as tokens, with a notice (the shift check
//                   tells)
//   seq_offsets     [S + 1], rows at which sequences start
//   prompt_tokens   ids before row 0 of each sequence, split by
//   prompt_offsets  [S + 1]
//
// Errors: as Log::Open. In a truncated file read with allow_partial, a tensor
// beside the logits that is cut off is left out, with a notice.
// Thread-safety: pure function.
// Tested by: tests/logs/safetensors_test.cc.

#ifndef SAMPLER_LOGS_SAFETENSORS_H_
#define SAMPLER_LOGS_SAFETENSORS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sampler/logs/dense_log.h"
#include "sampler/logs/safetensors_header.h"

namespace sampler::logs {

absl::StatusOr<DenseParts> ParseSafetensors(
    const std::string& file, absl::Span<const unsigned char> bytes,
    SafetensorsHeader header, const OpenOptions& options);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_SAFETENSORS_H_

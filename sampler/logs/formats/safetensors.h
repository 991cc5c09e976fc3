// Reader of safetensors logs with whole rows (sparse_log.h reads those with the
// top k tokens of each row).
//
// The logits are the tensor that options.tensor names, or else the only F64,
// F32, F16 or BF16 tensor of two or three axes with the largest last axis, or
// called "logits"; where several remain (Hugging Face's `logits` and `scores`)
// the choice is the user's, because one of them is usually already processed
// (tensor_roles.h). Shapes: [N, V], and [B, T, V] or [T, B, V], which
// row_layout.h tells apart. Numbered tensors (logits_0, logits_1, ...) are
// joined to one (tensor_series.h).
//
// Beside them, all optional, of integers of any width:
//
//   tokens          one per row: row n drew tokens[n]; -100 or -1: no token
//   input_ids       of N + 1 per sequence: row t predicts input_ids[t + 1];
//                   of N: taken as tokens, with a notice (the shift check
//                   tells)
//   sequences       [B, P + T], as generate() returns it: of each sequence the
//                   P ids of its prompt and the T that were drawn
//   seq_offsets     [S + 1], rows at which sequences start
//   prompt_tokens   ids before row 0 of each sequence, split by
//   prompt_offsets  [S + 1]
//   mask            of each row the tokens that are allowed, for `mask` stages:
//                   BOOL or U8 [N, V], or I32 [N, W], W <= ceil(V / 32), as
//                   TokenMask has it; also called masks, token_mask or
//                   (token_)bitmask. Or the ids themselves, as vLLM's
//                   SamplingMask lists them: sampling_mask_token_ids [M]
//                   (also mask_token_ids), of row n those from
//                   sampling_mask_offsets[n] on, [N + 1]
//   attempts        [N], Sequence::attempt of each row's draw: where it rises
//                   the run went back to that row, or drew it anew
//   ban_offsets     [N + 1]: tokens that were banned at the place of row n are
//   banned_tokens   [ban_offsets[n], ban_offsets[n + 1]) of these
//   seq_seeds       [S]: with what each sequence was drawn; seq_streams -1: not
//   seq_streams     told. seq_configs -1 or an index into the metadata
//   seq_clocks      "configs", a JSON array of configs. Seeds and streams come
//   seq_configs     together, the others may be absent
//
// A tensor that has no place here is told of in a notice.
//
// Errors: as Log::Open. In a truncated file read with allow_partial, a tensor
// beside the logits that is cut off is left out, with a notice.
// Thread-safety: pure function.
// Tested by: tests/logs/formats/safetensors_test.cc.

#ifndef SAMPLER_LOGS_FORMATS_SAFETENSORS_H_
#define SAMPLER_LOGS_FORMATS_SAFETENSORS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sampler/logs/formats/safetensors_header.h"
#include "sampler/logs/rows/dense_log.h"
#include "sampler/logs/rows/mask_tensors.h"
#include "sampler/logs/rows/tensor_roles.h"

namespace sampler::logs {

absl::StatusOr<DenseParts> ParseSafetensors(const InputFile& input,
                                            const SafetensorsHeader& header,
                                            const TensorInfo& logits,
                                            const OpenRequest& request);

// Notes where the masks of the rows are; `tensor` is called so.
// REQUIRES: parts.description is set.
absl::Status FindMaskColumn(const InputFile& file,
                            const SafetensorsHeader& header,
                            const TensorInfo& tensor, LogParts& parts);

// The same of masks that list ids.
absl::Status FindListedMaskColumn(const InputFile& file,
                                  const SafetensorsHeader& header,
                                  const ListedMasks& listed, LogParts& parts);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FORMATS_SAFETENSORS_H_

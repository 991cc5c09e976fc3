// Writes logs as safetensors, in the shape that safetensors.h and sparse_log.h
// read:
//
//   seq_offsets     I64 [S + 1]   rows at which sequences start, and the end
//   prompt_offsets  I64 [S + 1]   the same for prompt_tokens (both absent
//   prompt_tokens   I32 [P]       where there is no prompt)
//   seq_seeds, seq_streams, seq_clocks, seq_configs  [S]  with what each was
//                                 drawn (absent: not told)
//   tokens          I32 [N]       drawn from each row (absent: not known)
//   attempts        U32 [N]       attempts of the draws (absent: all 0)
//   ban_offsets     I64 [N + 1]   row n bans the tokens [ban_offsets[n],
//   banned_tokens   I32 [B]       ban_offsets[n + 1]) (both absent: none)
//   mask            I32 [N, W]    masks of W words (absent: none)
//
//   dense:  logits       [N, V]   F32, F16 or BF16
//   sparse: offsets      I64 [N + 1]  entries of row n: [offsets[n],
//                                     offsets[n + 1])
//           logsumexp    F32 [N]      of the full row
//           token_ids    I32 [nnz]
//           logprobs     F32 [nnz]  over the full vocabulary
//           logits       [nnz]      as logged, so that a replay is exact
//
// The tensors by which rows are found come first, so that a stream can be read
// as it comes.
//
// Errors: InvalidArgument (contents that no log can have), those of the rows,
//   and those of output_file.h. No file appears unless all is well.
// Thread-safety: pure functions of their arguments.
// Cost: dense: one pass over the rows; sparse: four.
// Tested by: tests/logs/writers_test.cc.

#ifndef SAMPLER_LOGS_FORMATS_SAFETENSORS_WRITER_H_
#define SAMPLER_LOGS_FORMATS_SAFETENSORS_WRITER_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sampler/logs/files/output_file.h"
#include "sampler/logs/journal/row_encoder.h"
#include "sampler/logs/log_contents.h"

namespace sampler::logs {

absl::Status WriteDenseSafetensors(const std::string& path, Overwrite overwrite,
                                   const LogContents& contents, DenseRows rows);

// Row n, valid until the next call; the same whenever it is asked for.
using SparseRows = absl::FunctionRef<absl::StatusOr<SparseRow>(std::int64_t)>;

absl::Status WriteSparseSafetensors(const std::string& path,
                                    Overwrite overwrite,
                                    const LogContents& contents,
                                    SparseRows rows);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FORMATS_SAFETENSORS_WRITER_H_

// Reader of top-k logs: safetensors whose rows hold some tokens only, in CSR
// form or in rows of equal length.
//
//   offsets    I64 or I32 [N + 1]  entries of row n: [offsets[n], offsets[n+1])
//   token_ids  I32 or I64 [nnz]    no id twice in a row
//   logprobs   F32, F16 or BF16 [nnz]  normalised over the full vocabulary
//   logsumexp  F32 [N]             of the full row
//   logits     F32, F16 or BF16 [nnz]  the row's own values
//
// Rows of equal length are what distillation trainers keep of their teachers:
//
//   ids     I32 or I64 [N, K], [B, T, K] or [T, B, K], by any name
//   values  F32, F16, BF16 or F64 of that shape: log-probabilities if the name
//           or the metadata "kind" says so, else logits; both may be there
//   logsumexp  [N], [B, T] or [T, B]
//
// A row's values are its logits; without that tensor logprob + logsumexp,
// rounded to f32; without that one too the logprobs (then the logsumexp is 0).
// Of logits alone the logsumexp and the mass of what is not listed are unknown.
// Tokens that are not listed are -inf in the row, and Log::Tail says how many,
// how large they can be, and what they weigh together. Tokens, sequences and
// prompts are as in safetensors.h. The vocabulary size is that of the metadata
// ("vocab_size") or the caller's.
//
// The metadata "top_k" says how many of a row's entries are its likeliest ones:
// a row with more has the drawn token as its last; a row with fewer has no
// other token. Without it all entries are the likeliest ones, but for the least
// if "forced_token" is "true".
//
// A row of a log that declares neither is complete where its probabilities sum
// to 1, up to the precision that they are stored in: that is a kept set, as a
// sampler leaves it, and nothing is missing.
//
// Errors: as Log::Open. A truncated file is DataLoss even with allow_partial:
//   its last tensor is needed for every row.
// Thread-safety: as Log.
// Cost: opening checks every entry; a row costs O(V) for the -inf.
// Tested by: tests/logs/rows/sparse_log_test.cc, sparse_tails_test.cc,
//   tensor_roles_test.cc.

#ifndef SAMPLER_LOGS_ROWS_SPARSE_LOG_H_
#define SAMPLER_LOGS_ROWS_SPARSE_LOG_H_

#include <cstdint>
#include <optional>

#include "sampler/logs/files/input_file.h"
#include "sampler/logs/log.h"
#include "sampler/logs/rows/sparse_parts.h"

namespace sampler::logs {

class SparseLog final : public Log {
 public:
  // REQUIRES: the columns lie inside `file`.
  SparseLog(InputFile file, SparseParts sparse);

  absl::StatusOr<Logits> Row(std::int64_t row,
                             RowBuffer& buffer) const override;
  absl::StatusOr<std::optional<TailInfo>> Tail(std::int64_t row) const override;

 private:
  absl::StatusOr<RowEntries> Entries(std::int64_t row) const;

  SparseParts sparse_;  // Of `parts` only the vocabulary size.
};

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_ROWS_SPARSE_LOG_H_

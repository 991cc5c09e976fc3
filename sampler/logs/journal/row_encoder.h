// Rows of logits as a log stores them: whole, or the likeliest tokens alone.
//
// A sparse row of K entries holds the first K tokens of the total order, then
// the drawn token if it is not among them, each with its logit and
//
//   logprob = (logit - M) - ln sum      (over the FULL row, rounded to f32)
//   log_sum_exp = M + ln sum            (M the maximum, ln sum that of reported
//                                       logprobs: Candidates::LogSum)
//
// so that the mass of what was left out is known: 1 - sum exp(logprob).
//
// Errors: OutOfRange (a finite logit that `dtype` cannot hold; the whole row is
//   refused), InvalidArgument (sparse: a row with NaN or +inf, or without a
//   finite logit, has no likeliest tokens).
// Thread-safety: an encoder is scratch, one per thread; what it returns is
//   valid until the next call.
// Cost: dense: nothing if the row has the log's type already, else one pass.
//   Sparse: one pass over the row, the exact weights, and a selection.
// Tested by: tests/logs/journal/row_encoder_test.cc.

#ifndef SAMPLER_LOGS_JOURNAL_ROW_ENCODER_H_
#define SAMPLER_LOGS_JOURNAL_ROW_ENCODER_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/candidates/candidates.h"
#include "sampler/logits.h"

namespace sampler::logs {

class DenseEncoder {
 public:
  explicit DenseEncoder(DType dtype) : dtype_(dtype) {}

  // The row's elements in the log's type.
  absl::StatusOr<absl::Span<const unsigned char>> Encode(const Logits& row);

 private:
  DType dtype_;
  std::vector<unsigned char> bytes_;
};

struct SparseRow {
  float log_sum_exp = 0;
  absl::Span<const TokenId> ids;
  absl::Span<const float> logprobs;
  absl::Span<const unsigned char> logits;  // Elements of the log's type.
};

class SparseEncoder {
 public:
  // REQUIRES: top_k >= 1.
  SparseEncoder(DType dtype, std::int64_t top_k)
      : values_(dtype), top_k_(top_k) {}

  // REQUIRES: 0 <= drawn < row.size().
  absl::StatusOr<SparseRow> Encode(const Logits& row, TokenId drawn);

 private:
  DenseEncoder values_;
  std::int64_t top_k_;
  Candidates candidates_;
  std::vector<TokenId> ids_;
  std::vector<double> logits_;
  std::vector<float> logprobs_;
};

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_JOURNAL_ROW_ENCODER_H_

#include "sampler/logs/journal/row_encoder.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "sampler/candidate.h"
#include "sampler/logs/rows/narrow.h"

namespace sampler::logs {

absl::StatusOr<absl::Span<const unsigned char>> DenseEncoder::Encode(
    const Logits& row) {
  if (row.dtype() == dtype_) {
    return absl::MakeConstSpan(row.data(), row.size() * DTypeSize(dtype_));
  }
  bytes_.resize(row.size() * DTypeSize(dtype_));
  const std::size_t id = Narrow(row, dtype_, bytes_.data());
  if (id < row.size()) {
    return absl::OutOfRangeError(
        absl::StrCat("logits[", id, "]: got ", row[id], ", want a number that ",
                     DTypeName(dtype_), " can hold; log bf16 or f32"));
  }
  return absl::MakeConstSpan(bytes_);
}

absl::StatusOr<SparseRow> SparseEncoder::Encode(const Logits& row,
                                                TokenId drawn) {
  candidates_.Begin(row);
  if (candidates_.status() != RowStatus::kOk) {
    return absl::InvalidArgumentError(absl::StrCat(
        "logits: got a row of status ", RowStatusName(candidates_.status()),
        ", want one that has likeliest tokens"));
  }
  const double max = candidates_.Max();
  const double log_sum = candidates_.LogSum();
  ids_.clear();
  logits_.clear();
  logprobs_.clear();
  for (const Candidate& candidate : candidates_.Top(top_k_)) {
    ids_.push_back(candidate.id);
    logits_.push_back(candidate.logit);
  }
  if (std::find(ids_.begin(), ids_.end(), drawn) == ids_.end()) {
    ids_.push_back(drawn);
    logits_.push_back(row[static_cast<std::size_t>(drawn)]);
  }
  for (const double logit : logits_) {
    // Not logit - log_sum_exp: beside a large maximum the rest of that sum has
    // no digits left.
    logprobs_.push_back(static_cast<float>((logit - max) - log_sum));
  }
  const auto values = values_.Encode(Logits(logits_));
  if (!values.ok()) return values.status();
  return SparseRow{static_cast<float>(max + log_sum), ids_, logprobs_, *values};
}

}  // namespace sampler::logs

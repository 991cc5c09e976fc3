#include "sampler/logs/sparse_log.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "sampler/numeric.h"

namespace sampler::logs {

namespace {

// Are these all the tokens of a row? Rounding a stored log-probability moves a
// probability p by at most p |ln p| times the precision of its type, and what
// wrote it computed in float32, mostly: l - logsumexp at logits of 30.
bool IsComplete(double mass, double surprise, DType dtype) {
  constexpr double kComputed = 0x1p-18;
  const double precision = dtype == DType::kBF16  ? 0x1p-8
                           : dtype == DType::kF16 ? 0x1p-11
                                                  : 0x1p-24;
  return mass >= 1.0 - (kComputed + surprise * precision);
}

}  // namespace

SparseLog::SparseLog(MappedFile file, SparseParts sparse)
    : Log(std::exchange(sparse.parts, LogParts())),
      file_(std::move(file)),
      sparse_(std::move(sparse)) {}

double SparseLog::LogSumExp(std::int64_t row) const {
  if (sparse_.log_sum_exps.data != nullptr) {
    return sparse_.log_sum_exps.Real(row);
  }
  // Known all the same where an entry has both of its numbers.
  if (sparse_.logits.data == nullptr) return 0.0;
  const std::int64_t first = sparse_.offsets.Integer(row);
  if (first == sparse_.offsets.Integer(row + 1)) return 0.0;
  return sparse_.logits.Real(first) - sparse_.logprobs.Real(first);
}

double SparseLog::Value(std::int64_t row, std::int64_t entry) const {
  if (sparse_.logits.data != nullptr) return sparse_.logits.Real(entry);
  if (sparse_.log_sum_exps.data == nullptr) {
    return sparse_.logprobs.Real(entry);
  }
  return sparse_.logprobs.Real(entry) + sparse_.log_sum_exps.Real(row);
}

Logits SparseLog::Row(std::int64_t row, RowBuffer& buffer) const {
  buffer.values.assign(static_cast<std::size_t>(vocabulary_size()),
                       -std::numeric_limits<float>::infinity());
  const std::int64_t end = sparse_.offsets.Integer(row + 1);
  for (std::int64_t i = sparse_.offsets.Integer(row); i < end; ++i) {
    buffer.values[static_cast<std::size_t>(sparse_.ids.Integer(i))] =
        static_cast<float>(Value(row, i));
  }
  return Logits(buffer.values);
}

std::optional<TailInfo> SparseLog::Tail(std::int64_t row) const {
  const std::int64_t begin = sparse_.offsets.Integer(row);
  const std::int64_t entries = sparse_.offsets.Integer(row + 1) - begin;
  std::vector<float> values;
  double mass = 0;
  double surprise = 0;
  for (std::int64_t i = begin; i < begin + entries; ++i) {
    values.push_back(static_cast<float>(Value(row, i)));
    const double logprob = sparse_.logprobs.Real(i);
    const double probability = Exp(logprob);
    mass += probability;
    if (probability > 0) surprise -= probability * logprob;
  }
  TailInfo tail;
  tail.listed = entries;
  tail.log_sum_exp = LogSumExp(row);
  if (sparse_.top_k && entries < *sparse_.top_k) return tail;
  const bool declared = sparse_.top_k.has_value() || sparse_.forced_token;
  if (!declared && IsComplete(mass, surprise, sparse_.logprobs.dtype)) {
    return tail;
  }
  std::int64_t ranked = entries;
  if (sparse_.top_k) {
    ranked = *sparse_.top_k;
  } else if (sparse_.forced_token) {
    ranked = std::max<std::int64_t>(entries - 1, 0);
  }
  std::sort(values.begin(), values.end(), std::greater<>());
  tail.count = vocabulary_size() - entries;
  tail.maximum = values.empty() ? -std::numeric_limits<double>::infinity()
                                : static_cast<double>(values.front());
  tail.mass = std::clamp(1.0 - mass, 0.0, 1.0);
  tail.bound =
      ranked > 0
          ? static_cast<double>(values[static_cast<std::size_t>(ranked - 1)])
          : std::numeric_limits<double>::infinity();
  tail.above = std::count_if(values.begin(), values.end(), [&](float value) {
    return static_cast<double>(value) > tail.bound;
  });
  return tail;
}

}  // namespace sampler::logs

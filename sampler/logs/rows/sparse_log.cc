#include "sampler/logs/rows/sparse_log.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "sampler/arithmetic/numeric.h"

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

SparseLog::SparseLog(InputFile file, SparseParts sparse)
    : Log(std::move(file), std::exchange(sparse.parts, LogParts())),
      sparse_(std::move(sparse)) {
  // The reader checks ids by it.
  sparse_.parts.description.vocabulary_size = vocabulary_size();
}

absl::StatusOr<RowEntries> SparseLog::Entries(std::int64_t row) const {
  EntryReader reader(file(), sparse_);
  absl::Status status = reader.Read(RowInFile(row), 1, row);
  if (!status.ok()) return status;
  return reader.Row(0);
}

absl::StatusOr<Logits> SparseLog::Row(std::int64_t row,
                                      RowBuffer& buffer) const {
  const auto entries = Entries(row);
  if (!entries.ok()) return entries.status();
  buffer.values.assign(static_cast<std::size_t>(vocabulary_size()),
                       -std::numeric_limits<float>::infinity());
  for (std::size_t i = 0; i < entries->ids.size(); ++i) {
    buffer.values[static_cast<std::size_t>(entries->ids[i])] =
        static_cast<float>(entries->values[i]);
  }
  return Logits(buffer.values);
}

absl::StatusOr<std::optional<TailInfo>> SparseLog::Tail(
    std::int64_t row) const {
  const auto read = Entries(row);
  if (!read.ok()) return read.status();
  const auto entries = static_cast<std::int64_t>(read->ids.size());
  std::vector<float> values;
  double mass = 0;
  double surprise = 0;
  const bool known = !std::isnan(read->log_sum_exp);
  for (std::size_t i = 0; i < read->ids.size(); ++i) {
    values.push_back(static_cast<float>(read->values[i]));
    if (!known) continue;
    const double logprob = read->logprobs[i];
    const double probability = Exp(logprob);
    mass += probability;
    if (probability > 0) surprise -= probability * logprob;
  }
  TailInfo tail;
  tail.listed = entries;
  tail.log_sum_exp = read->log_sum_exp;
  if (sparse_.top_k && entries < *sparse_.top_k) return tail;
  const bool declared = sparse_.top_k.has_value() || sparse_.forced_token;
  const Column& stored =
      sparse_.logprobs.present() ? sparse_.logprobs : sparse_.logits;
  if (!declared && known && IsComplete(mass, surprise, stored.dtype)) {
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
  tail.mass = known ? std::clamp(1.0 - mass, 0.0, 1.0) : RowEntries::kUnknown;
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

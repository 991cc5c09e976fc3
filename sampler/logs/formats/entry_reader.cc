// The entries of top-k rows, from their columns.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/files/little_endian.h"
#include "sampler/logs/rows/sparse_parts.h"

namespace sampler::logs {
namespace {

constexpr std::int64_t kBlockRows = 1024;
constexpr std::int64_t kBlockEntries = std::int64_t{1} << 16;

absl::StatusOr<std::vector<unsigned char>> ReadElements(
    const InputFile& file, const Column& column, std::size_t width,
    std::int64_t begin, std::int64_t count, std::int64_t row) {
  std::vector<unsigned char> bytes(width * static_cast<std::size_t>(count));
  absl::Status status =
      file.Read(column.offset + begin * static_cast<std::int64_t>(width),
                absl::MakeSpan(bytes), row);
  if (!status.ok()) return status;
  return bytes;
}

}  // namespace

absl::Status EntryReader::ReadReals(const Column& column, std::int64_t begin,
                                    std::int64_t count, std::int64_t row,
                                    std::vector<double>& out) const {
  out.clear();
  if (!column.present()) return absl::OkStatus();
  const auto bytes =
      ReadElements(file_, column, DTypeSize(column.dtype), begin, count, row);
  if (!bytes.ok()) return bytes.status();
  const auto size = static_cast<std::size_t>(count);
  const Logits values(bytes->data(), column.dtype, size);
  out.resize(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = values[i];
  return absl::OkStatus();
}

absl::Status EntryReader::ReadIntegers(const Column& column, std::int64_t begin,
                                       std::int64_t count, std::int64_t row,
                                       std::vector<std::int64_t>& out) const {
  const auto bytes =
      ReadElements(file_, column, column.integer.width, begin, count, row);
  if (!bytes.ok()) return bytes.status();
  out.resize(static_cast<std::size_t>(count));
  const unsigned char* from = bytes->data();
  for (std::int64_t& value : out) {
    value = LoadInteger(from, column.integer.width, column.integer.is_signed);
    from += column.integer.width;
  }
  return absl::OkStatus();
}

absl::Status EntryReader::ReadStarts(std::int64_t first, std::int64_t count,
                                     std::int64_t row) {
  if (sparse_.row_entries > 0) {
    starts_.resize(static_cast<std::size_t>(count) + 1);
    for (std::int64_t i = 0; i <= count; ++i) {
      starts_[static_cast<std::size_t>(i)] = (first + i) * sparse_.row_entries;
    }
    return absl::OkStatus();
  }
  absl::Status status =
      ReadIntegers(sparse_.offsets, first, count + 1, row, starts_);
  if (!status.ok()) return status;
  for (std::size_t i = 0; i + 1 < starts_.size(); ++i) {
    const std::int64_t begin = starts_[i];
    const std::int64_t end = starts_[i + 1];
    if (0 <= begin && begin <= end && end <= sparse_.entries) continue;
    return InvalidLog(
        {file_.path(),
         absl::StrCat("offsets[", first + static_cast<std::int64_t>(i), "]"),
         absl::StrCat(begin, " and then ", end),
         absl::StrCat("offsets that ascend from 0 to ", sparse_.entries),
         "write where each row starts, and the end"});
  }
  return absl::OkStatus();
}

absl::Status EntryReader::Read(std::int64_t first, std::int64_t count,
                               std::int64_t row) {
  first_ = first;
  absl::Status status = ReadStarts(first, std::min(count, kBlockRows), row);
  if (!status.ok()) return status;
  while (rows() > 1 && starts_.back() - starts_.front() > kBlockEntries) {
    starts_.pop_back();
  }
  const std::int64_t begin = starts_.front();
  const std::int64_t entries = starts_.back() - begin;
  status = ReadIntegers(sparse_.ids, begin, entries, row, ids_);
  if (!status.ok()) return status;
  status = ReadReals(sparse_.logits, begin, entries, row, logits_);
  if (!status.ok()) return status;
  status = ReadReals(sparse_.logprobs, begin, entries, row, logprobs_);
  if (!status.ok()) return status;
  return ReadReals(sparse_.log_sum_exps, first, rows(), row, log_sum_exps_);
}

absl::StatusOr<RowEntries> EntryReader::Row(std::int64_t i) const {
  const auto at = static_cast<std::size_t>(i);
  const bool has_logits = sparse_.logits.present();
  const bool has_logprobs = sparse_.logprobs.present();
  const bool has_sum = sparse_.log_sum_exps.present();
  const bool equal_rows = sparse_.row_entries > 0;
  RowEntries row;
  // Logprobs without their logsumexp are a row whose logsumexp is 0.
  row.log_sum_exp = has_sum        ? log_sum_exps_[at]
                    : has_logprobs ? 0.0
                                   : RowEntries::kUnknown;
  if (has_sum && !std::isfinite(row.log_sum_exp)) {
    return InvalidLog({file_.path(),
                       absl::StrCat("logsumexp[", first_ + i, "]"),
                       absl::StrCat(row.log_sum_exp), "a finite number",
                       "the file is corrupt"});
  }
  for (std::int64_t e = starts_[at]; e < starts_[at + 1]; ++e) {
    const auto entry = static_cast<std::size_t>(e - starts_.front());
    const double logit = has_logits ? logits_[entry] : 0.0;
    const double logprob = has_logprobs ? logprobs_[entry] : 0.0;
    const std::int64_t id = ids_[entry];
    const bool fills =
        equal_rows && (id < 0 || (has_logits ? logit : logprob) ==
                                     -std::numeric_limits<double>::infinity());
    if (fills) {
      ++row.filling;
      continue;
    }
    if (id < 0 || id >= sparse_.parts.description.vocabulary_size) {
      return InvalidLog(
          {file_.path(), absl::StrCat("token_ids[", e, "]"),
           absl::StrCat("token id ", id),
           absl::StrCat("ids in [0, ",
                        sparse_.parts.description.vocabulary_size,
                        "), none twice in a row"),
           "the tokens belong to another model, or the file is corrupt"});
    }
    if (std::isnan(logit) || std::isnan(logprob)) {
      return InvalidLog({file_.path(), absl::StrCat("logprobs[", e, "]"), "NaN",
                         "a log-probability or a logit for every entry",
                         "rows with NaN have no likeliest tokens"});
    }
    // Known all the same where an entry has both of its numbers.
    if (!has_sum && has_logits && has_logprobs && row.ids.empty()) {
      row.log_sum_exp = logit - logprob;
    }
    row.ids.push_back(id);
    row.values.push_back(has_logits ? logit : logprob + row.log_sum_exp);
    row.logprobs.push_back(has_logprobs ? logprob : logit - row.log_sum_exp);
  }
  absl::Status status = Deduplicate(starts_[at], row);
  if (!status.ok()) return status;
  return row;
}

absl::Status EntryReader::Deduplicate(std::int64_t first_entry,
                                      RowEntries& row) const {
  std::vector<std::size_t> order(row.ids.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(
      order.begin(), order.end(),
      [&](std::size_t a, std::size_t b) { return row.ids[a] < row.ids[b]; });
  std::vector<bool> again(row.ids.size(), false);
  for (std::size_t i = 1; i < order.size(); ++i) {
    const std::size_t before = order[i - 1];
    const std::size_t entry = order[i];
    if (row.ids[before] != row.ids[entry]) continue;
    const bool same =
        sparse_.row_entries > 0 && row.values[before] == row.values[entry];
    if (!same) {
      return InvalidLog(
          {file_.path(),
           absl::StrCat("token_ids[",
                        first_entry + static_cast<std::int64_t>(entry), "]"),
           absl::StrCat("token id ", row.ids[entry], " again"),
           "ids of which none stands twice in a row",
           "the tokens belong to another model, or the file is corrupt"});
    }
    again[entry] = true;
    ++row.repeated;
  }
  if (row.repeated == 0) return absl::OkStatus();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < again.size(); ++i) {
    if (again[i]) continue;
    row.ids[kept] = row.ids[i];
    row.values[kept] = row.values[i];
    row.logprobs[kept] = row.logprobs[i];
    ++kept;
  }
  row.ids.resize(kept);
  row.values.resize(kept);
  row.logprobs.resize(kept);
  return absl::OkStatus();
}

}  // namespace sampler::logs

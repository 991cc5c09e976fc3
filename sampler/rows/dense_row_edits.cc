// The edits of a row: the overlay of values that stages replace one by one.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "sampler/rows/dense_row.h"

namespace sampler {

using kernels::kBlockSize;

void DenseRow::Note(double value) {
  if (std::isnan(value)) {
    status_ = RowStatus::kNan;
  } else if (value == -kRemoved && status_ != RowStatus::kNan) {
    status_ = RowStatus::kInfinite;
  }
}

void DenseRow::Recount(double before, double after) {
  if (finite_count_.has_value()) {
    if (std::isfinite(before)) --*finite_count_;
    if (std::isfinite(after)) ++*finite_count_;
  }
  Note(after);
}

double DenseRow::Value(std::size_t id) const {
  return IsEdited(id) ? edited_values_[edit_index_[id]] : Unedited(id);
}

double DenseRow::Unedited(std::size_t id) const {
  double value = row_[id];
  if (value < floor_) [[unlikely]] {
    return kRemoved;
  }
  for (const double factor : scales_) value *= factor;
  return value;
}

void DenseRow::Replace(std::size_t id, double before, double after) {
  if (IsEdited(id)) {
    edited_values_[edit_index_[id]] = after;
  } else {
    Overlay(id, after);
  }
  if (!(std::isfinite(before) && std::isfinite(after))) Recount(before, after);
  max_.reset();
  NoteInBlock(id / kBlockSize, before, after);
}

std::optional<std::size_t> DenseRow::FindEdits(
    absl::Span<const TokenId> ids) const {
  if (ids.empty()) return {};
  const auto first = static_cast<std::size_t>(ids[0]);
  if (first >= size() || !IsEdited(first)) return {};
  const std::size_t begin = edit_index_[first];
  if (begin + ids.size() > edited_.size()) return {};
  static_assert(sizeof(TokenId) == sizeof(edited_[0]));
  const bool same = std::memcmp(edited_.data() + begin, ids.data(),
                                ids.size() * sizeof(TokenId)) == 0;
  return same ? std::optional<std::size_t>(begin) : std::nullopt;
}

void DenseRow::LoadEach(absl::Span<const TokenId> ids, double* values) const {
  const std::optional<std::size_t> edits = FindEdits(ids);
  if (edits.has_value()) {
    std::copy_n(edited_values_.data() + *edits, ids.size(), values);
    return;
  }
  // Stages that edit many tokens mostly come first: then the row is as it was.
  const bool plain =
      row_.dtype() == DType::kF32 && scales_.empty() && !HasFloor();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto id = static_cast<std::size_t>(ids[i]);
    if (id >= size()) {
      values[i] = kRemoved;
    } else if (plain && !IsEdited(id)) {
      float value;
      std::memcpy(&value, row_.data() + id * sizeof(value), sizeof(value));
      values[i] = static_cast<double>(value);
    } else {
      values[i] = Value(id);
    }
  }
}

void DenseRow::StoreEach(absl::Span<const TokenId> ids, const double* before,
                         const double* after) {
  const std::optional<std::size_t> edits = FindEdits(ids);
  if (edits.has_value()) {
    double* const values = edited_values_.data() + *edits;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      values[i] = IsRemoved(before[i]) ? values[i] : after[i];
    }
  } else {
    OverlayEach(ids, before, after);
  }
  NoteEach(ids, before, after);
  max_.reset();
}

void DenseRow::OverlayEach(absl::Span<const TokenId> ids, const double* before,
                           const double* after) {
  std::size_t edits = edited_.size();
  edited_.resize(edits + ids.size());
  edited_values_.resize(edits + ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (IsRemoved(before[i])) continue;
    const auto id = static_cast<std::uint32_t>(ids[i]);
    std::uint64_t& mask = edit_mask_[id / kBlockSize];
    const std::uint64_t bit = std::uint64_t{1} << (id % kBlockSize);
    if ((mask & bit) == 0) {
      mask |= bit;
      edit_index_[id] = static_cast<std::uint32_t>(edits);
      edited_[edits++] = id;
    }
    edited_values_[edit_index_[id]] = after[i];
  }
  edited_.resize(edits);
  edited_values_.resize(edits);
}

void DenseRow::NoteEach(absl::Span<const TokenId> ids, const double* before,
                        const double* after) {
  constexpr double kLowest = std::numeric_limits<double>::lowest();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (IsRemoved(before[i])) continue;
    const std::size_t block = static_cast<std::size_t>(ids[i]) / kBlockSize;
    // Few values are the largest of their block, before or after, and few are
    // not finite: those may fail any of these comparisons.
    const double max = block_max_[block];
    if (after[i] < max && after[i] >= kLowest && before[i] < max) [[likely]] {
      continue;
    }
    if (!(std::isfinite(before[i]) && std::isfinite(after[i]))) {
      Recount(before[i], after[i]);
    }
    NoteInBlock(block, before[i], after[i]);
  }
}

void DenseRow::Overlay(std::size_t id, double value) {
  edit_index_[id] = static_cast<std::uint32_t>(edited_.size());
  edited_.push_back(static_cast<std::uint32_t>(id));
  edited_values_.push_back(value);
  edit_mask_[id / kBlockSize] |= std::uint64_t{1} << (id % kBlockSize);
}

void DenseRow::NoteInBlock(std::size_t block, double before, double after) {
  if (dirty_[block] != 0) return;
  if (after >= block_max_[block]) {
    block_max_[block] = after;
  } else if (before == block_max_[block] || std::isnan(after)) {
    dirty_[block] = 1;
    dirty_blocks_.push_back(static_cast<std::uint32_t>(block));
  }
}

}  // namespace sampler

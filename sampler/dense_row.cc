#include "sampler/dense_row.h"

#include <algorithm>
#include <cmath>

namespace sampler {

using kernels::kBlockSize;

void DenseRow::Reset(Logits row) {
  status_ = RowStatus::kOk;
  Restart(row);
}

void DenseRow::Restart(Logits row) {
  row_ = row;
  scales_.clear();
  edited_.clear();
  edited_values_.clear();
  slot_.resize(std::max(slot_.size(), row.size()));
  const std::size_t blocks = kernels::BlockCount(row.size());
  block_max_.resize(blocks);
  dirty_.assign(blocks, 0);
  has_edits_.assign(blocks, 0);
  finite_count_ = 0;
  magnitude_ = 0.0;
  bool has_nan = false;
  Block values;
  for (std::size_t b = 0; b < blocks; ++b) {
    const std::size_t count = LoadBlock(b, values);
    const kernels::BlockSummary s = kernels::Summarize(values.data(), count);
    block_max_[b] = s.max;
    finite_count_ += s.finite;
    has_nan |= s.has_nan;
    Note(s.max);
    if (s.finite > 0) {
      magnitude_ =
          std::max({magnitude_, std::fabs(s.min_finite), std::fabs(s.max)});
    }
  }
  if (has_nan) status_ = RowStatus::kNan;
}

void DenseRow::Note(double value) {
  if (std::isnan(value)) {
    status_ = RowStatus::kNan;
  } else if (value == -kRemoved && status_ != RowStatus::kNan) {
    status_ = RowStatus::kInfinite;
  }
}

void DenseRow::Replace(double before, double after) {
  if (std::isfinite(before)) --finite_count_;
  if (std::isfinite(after)) ++finite_count_;
  Note(after);
}

std::size_t DenseRow::LoadBlock(std::size_t block, Block& values) const {
  const std::size_t first = block * kBlockSize;
  const std::size_t count = std::min(kBlockSize, size() - first);
  row_.Load(first, count, values.data());
  for (const double factor : scales_) {
    for (std::size_t i = 0; i < count; ++i) values[i] *= factor;
  }
  if (has_edits_[block] != 0) {
    for (std::size_t i = 0; i < count; ++i) {
      if (IsEdited(first + i)) values[i] = edited_values_[slot_[first + i]];
    }
  }
  return count;
}

double DenseRow::Value(std::size_t id) const {
  if (IsEdited(id)) return edited_values_[slot_[id]];
  double value = row_[id];
  for (const double factor : scales_) value *= factor;
  return value;
}

void DenseRow::Set(std::size_t id, double value) {
  const double before = Value(id);
  if (before == kRemoved) return;
  if (!IsEdited(id)) {
    slot_[id] = static_cast<std::uint32_t>(edited_.size());
    edited_.push_back(static_cast<std::uint32_t>(id));
    edited_values_.push_back(value);
  } else {
    edited_values_[slot_[id]] = value;
  }
  const std::size_t block = id / kBlockSize;
  has_edits_[block] = 1;
  dirty_[block] = 1;
  Replace(before, value);
}

void DenseRow::Scale(double factor) {
  const double magnitude = magnitude_ * factor;
  if (!(magnitude <= std::numeric_limits<double>::max())) {
    // Some product may overflow to an infinity, which changes what is finite:
    // evaluate now.
    Transform([factor](std::size_t, double v) { return v * factor; });
    return;
  }
  magnitude_ = magnitude;
  scales_.push_back(factor);
  for (double& max : block_max_) max *= factor;
  for (double& value : edited_values_) {
    if (value == kRemoved) continue;
    const double before = value;
    value *= factor;
    Replace(before, value);
  }
}

double DenseRow::BlockMax(std::size_t block) const {
  if (dirty_[block] != 0) {
    Block values;
    const std::size_t count = LoadBlock(block, values);
    block_max_[block] = kernels::Summarize(values.data(), count).max;
    dirty_[block] = 0;
  }
  return block_max_[block];
}

double DenseRow::Max() const {
  double max = kRemoved;
  for (std::size_t b = 0; b < block_count(); ++b) {
    max = std::max(max, BlockMax(b));
  }
  return max;
}

}  // namespace sampler

#include "sampler/rows/dense_row.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "sampler/arithmetic/float_environment.h"
#include "sampler/candidate.h"

namespace sampler {

using kernels::kBlockSize;

namespace {

using Ids = std::array<TokenId, kBlockSize>;

// If more values of a block are wanted, converting the whole block is cheaper.
constexpr int kManyOfABlock = 12;

}  // namespace

void DenseRow::Reset(Logits row, Scan scan) {
  status_ = RowStatus::kOk;
  Restart(row, scan);
}

void DenseRow::Restart(Logits row, Scan scan) {
  stored_.Reset(row);
  edits_.Reset(row.size());
  const std::size_t blocks = kernels::BlockCount(row.size());
  dirty_.Reset(blocks);
  block_max_.resize(blocks);
  const kernels::RowScan found = scan(row, block_max_.data());
  magnitude_ = found.magnitude;
  finite_count_.reset();
  if (found.all_finite) finite_count_ = row.size();
  max_.reset();
  Note(found.has_nan ? std::numeric_limits<double>::quiet_NaN() : Max());
}

void DenseRow::VisitRuns(RunVisitor f) const {
  const Threshold at_least = ThresholdOf(kRemoved);
  Block values;
  Ids ids;
  for (std::size_t b = 0; b < block_count(); ++b) {
    const std::uint64_t mask = LoadReaching(b, at_least, values);
    if (mask == 0) continue;
    std::size_t count = 0;
    if (mask == ~std::uint64_t{0}) {
      count = kBlockSize;
      std::iota(ids.begin(), ids.end(), static_cast<TokenId>(b * kBlockSize));
    } else {
      for (std::uint64_t rest = mask; rest != 0; rest &= rest - 1) {
        const auto i = static_cast<std::size_t>(std::countr_zero(rest));
        ids[count] = static_cast<TokenId>(b * kBlockSize + i);
        values[count++] = values[i];
      }
    }
    f(absl::MakeConstSpan(ids.data(), count),
      absl::MakeConstSpan(values.data(), count));
  }
}

void DenseRow::TransformRuns(RunTransform f) {
  if (TransformFew(f)) return;
  buffer_.resize(size());
  Ids ids;
  for (std::size_t b = 0; b < block_count(); ++b) {
    // The row may be this buffer already. That works, because each block is
    // read before it is written, in its own place.
    double* const values = buffer_.data() + b * kBlockSize;
    const std::size_t count = LoadBlocks(b, 1, values);
    std::iota(ids.begin(), ids.end(), static_cast<TokenId>(b * kBlockSize));
    f(absl::MakeConstSpan(ids.data(), count), absl::MakeSpan(values, count));
  }
  Restart(Logits(buffer_.data(), DType::kF64, buffer_.size()));
}

bool DenseRow::TransformFew(RunTransform f) {
  const std::size_t few = size() / kFewOfARow;
  changes_.resize(std::max(changes_.size(), few + kBlockSize));
  std::size_t changes = 0;
  Block before;
  Block values;
  Ids ids;
  // An eighth of the values seen, and a few: a watermark changes a quarter, and
  // is found out early.
  std::size_t allowed = 8 * kBlockSize;
  for (std::size_t b = 0; b < block_count(); ++b) {
    const std::size_t count = LoadBlock(b, before);
    values = before;
    std::iota(ids.begin(), ids.end(), static_cast<TokenId>(b * kBlockSize));
    f(absl::MakeConstSpan(ids.data(), count),
      absl::MakeSpan(values.data(), count));
    // Branch-free, because a branch predictor cannot guess which values change.
    for (std::size_t i = 0; i < count; ++i) {
      changes_[changes] = {static_cast<std::uint32_t>(ids[i]), before[i],
                           values[i]};
      changes += std::bit_cast<std::uint64_t>(values[i]) !=
                         std::bit_cast<std::uint64_t>(before[i])
                     ? 1u
                     : 0u;
    }
    if (changes > std::min(few, allowed)) return false;
    allowed += kBlockSize / 8;
  }
  for (std::size_t i = 0; i < changes; ++i) {
    Replace(changes_[i].id, changes_[i].before, changes_[i].after);
  }
  return true;
}

DenseRow::Threshold DenseRow::ThresholdOf(double threshold) const {
  BlockMaxima();
  return {std::max(threshold, std::numeric_limits<double>::lowest()),
          std::max(stored_.StoredThreshold(threshold), stored_.floor())};
}

std::uint64_t DenseRow::LoadReaching(std::size_t block,
                                     const Threshold& threshold,
                                     Block& values) const {
  const DefaultFloatEnvironment environment;
  if (!(block_max_[block] >= threshold.least)) return 0;
  const std::size_t first = block * kBlockSize;
  const std::uint64_t near =
      stored_.MaskAtLeast(block, threshold.stored) | edits_.masks()[block];
  const bool many = std::popcount(near) > kManyOfABlock;
  if (many) LoadBlock(block, values);
  std::uint64_t mask = 0;
  for (std::uint64_t rest = near; rest != 0; rest &= rest - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(rest));
    if (!many) values[i] = Value(first + i);
    mask |= std::uint64_t{values[i] >= threshold.least ? 1u : 0u} << i;
  }
  return mask;
}

std::size_t DenseRow::LoadBlocks(std::size_t block, std::size_t blocks,
                                 double* values) const {
  const std::size_t first = block * kBlockSize;
  const std::size_t count = std::min(blocks * kBlockSize, size() - first);
  stored_.Load(first, count, values);
  if (edits_.empty()) return count;
  for (std::size_t b = 0; b < blocks; ++b) {
    edits_.ApplyToBlock(block + b, values + b * kBlockSize);
  }
  return count;
}

void DenseRow::Scale(double factor) {
  const double magnitude = magnitude_ * factor;
  if (!(magnitude <= std::numeric_limits<double>::max())) {
    // A product may overflow to an infinity, which changes the count and the
    // status: multiply now.
    Transform([factor](std::size_t, double v) { return v * factor; });
    return;
  }
  magnitude_ = magnitude;
  stored_.Scale(factor);
  max_.reset();
  for (double& max : block_max_) max *= factor;
  for (double& value : edits_.mutable_values()) {
    if (value == kRemoved) continue;
    const double before = value;
    value *= factor;
    Recount(before, value);
  }
}

std::size_t DenseRow::finite_count() const {
  if (!finite_count_.has_value()) {
    std::size_t finite = 0;
    Block values;
    for (std::size_t b = 0; b < block_count(); ++b) {
      const std::size_t count = LoadBlock(b, values);
      finite += kernels::Summarize(values.data(), count).finite;
    }
    finite_count_ = finite;
  }
  return *finite_count_;
}

std::optional<std::size_t> DenseRow::CountBefore(std::size_t id) const {
  const double value = Value(id);
  const double above = std::nextafter(value, -kRemoved);
  const std::optional<double> least = stored_.LeastStored(value);
  const std::optional<double> least_above = stored_.LeastStored(above);
  if (!least.has_value() || !least_above.has_value()) return {};
  const double as_large = std::max(*least, stored_.floor());
  const double larger = std::max(*least_above, stored_.floor());
  const absl::Span<const double> maxima = BlockMaxima();
  std::size_t before = 0;
  for (std::size_t b = 0; b < maxima.size(); ++b) {
    if (!(maxima[b] >= value)) continue;
    const std::size_t first = b * kBlockSize;
    const std::size_t count = std::min(kBlockSize, size() - first);
    const auto mask_of = [&](double threshold) {
      return stored_.MaskAtLeast(b, threshold) & ~edits_.masks()[b];
    };
    std::uint64_t mask = 0;
    if (first + count <= id) {
      mask = mask_of(as_large);
    } else if (first > id) {
      mask = mask_of(larger);
    } else {
      const std::uint64_t lower = (std::uint64_t{1} << (id - first)) - 1;
      mask = (mask_of(as_large) & lower) | (mask_of(larger) & ~lower);
    }
    before += static_cast<std::size_t>(std::popcount(mask));
  }
  for (std::size_t i = 0; i < edits_.ids().size(); ++i) {
    const double other = edits_.values()[i];
    before +=
        other > value || (other == value && edits_.ids()[i] < id) ? 1u : 0u;
  }
  return before;
}

bool DenseRow::HasMoreThan(std::size_t count) const {
  if (!finite_count_.has_value() && count < block_count()) {
    const absl::Span<const double> maxima = BlockMaxima();
    const auto finite_blocks = static_cast<std::size_t>(
        std::count_if(maxima.begin(), maxima.end(),
                      [](double max) { return max != kRemoved; }));
    if (finite_blocks > count) return true;
  }
  return finite_count() > count;
}

absl::Span<const double> DenseRow::BlockMaxima() const {
  Block values;
  for (const std::uint32_t block : dirty_.blocks()) {
    const std::size_t count = LoadBlock(block, values);
    block_max_[block] = kernels::Summarize(values.data(), count).max;
  }
  dirty_.Clear();
  return block_max_;
}

double DenseRow::Max() const {
  if (!max_.has_value()) {
    const absl::Span<const double> maxima = BlockMaxima();
    max_ = kernels::MaxOf(maxima.data(), maxima.size());
  }
  return *max_;
}

std::size_t DenseRow::FirstOfMax() const {
  const double max = Max();
  const absl::Span<const double> maxima = BlockMaxima();
  const std::size_t block =
      kernels::FindFirst(maxima.data(), maxima.size(), max);
  Block values;
  const std::size_t count = LoadBlock(block, values);
  return block * kBlockSize + kernels::FindFirst(values.data(), count, max);
}

}  // namespace sampler

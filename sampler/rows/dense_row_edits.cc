// Values of a dense row that stages replace one by one, and what the row
// remembers of its values then: maxima, counts, status.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "sampler/kernels/load.h"
#include "sampler/kernels/scan/maxima_edits.h"
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
  return edits_.Has(id) ? edits_.Value(id) : stored_.Value(id);
}

void DenseRow::Replace(std::size_t id, double before, double after) {
  edits_.Set(id, after);
  if (!(std::isfinite(before) && std::isfinite(after))) Recount(before, after);
  max_.reset();
  NoteInBlock(id / kBlockSize, before, after);
}

void DenseRow::LoadEach(absl::Span<const TokenId> ids, double* values) const {
  const absl::Span<const double> run = edits_.FindRun(ids);
  if (!run.empty()) {
    std::copy(run.begin(), run.end(), values);
    return;
  }
  // Stages that edit many tokens mostly come first: then the row is as it was.
  const bool plain = stored_.IsPlainFloats();
  const unsigned char* const data = stored_.stored().data();
  if (!plain) {
    kernels::LoadElements(stored_.stored(), ids.data(), ids.size(),
                          stored_.factors(), values, stored_.floor());
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto id = static_cast<std::size_t>(ids[i]);
    if (id >= size()) {
      values[i] = kRemoved;
    } else if (edits_.Has(id)) {
      values[i] = edits_.Value(id);
    } else if (plain) {
      float value;
      std::memcpy(&value, data + id * sizeof(value), sizeof(value));
      values[i] = static_cast<double>(value);
    }
  }
}

void DenseRow::StoreEach(absl::Span<const TokenId> ids, const double* before,
                         const double* after) {
  edits_.SetEach(ids, before, after);
  NoteEach(ids, before, after);
  max_.reset();
}

void DenseRow::NoteEach(absl::Span<const TokenId> ids, const double* before,
                        const double* after) {
  constexpr std::size_t kBatch = 1024;
  std::uint64_t rare[kBatch / 64];
  for (std::size_t first = 0; first < ids.size(); first += kBatch) {
    const std::size_t count = std::min(kBatch, ids.size() - first);
    kernels::FindMaximaEdits(ids.data() + first, before + first, after + first,
                             count, block_max_.data(), rare);
    for (std::size_t j = 0; j < count; j += 64) {
      for (std::uint64_t rest = rare[j / 64]; rest != 0; rest &= rest - 1) {
        const std::size_t i =
            first + j + static_cast<std::size_t>(std::countr_zero(rest));
        if (IsRemoved(before[i])) continue;
        if (!(std::isfinite(before[i]) && std::isfinite(after[i]))) {
          Recount(before[i], after[i]);
        }
        NoteInBlock(static_cast<std::size_t>(ids[i]) / kBlockSize, before[i],
                    after[i]);
      }
    }
  }
}

// A block's maximum is only recomputed (when it is next asked for) if the value
// that was the maximum fell: it may have been the only one.
void DenseRow::NoteInBlock(std::size_t block, double before, double after) {
  if (dirty_.Has(block)) return;
  if (after >= block_max_[block]) {
    block_max_[block] = after;
  } else if (before == block_max_[block] || std::isnan(after)) {
    dirty_.Mark(block);
  }
}

}  // namespace sampler

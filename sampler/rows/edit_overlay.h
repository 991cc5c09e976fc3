// The values that stages replaced one by one in a dense row (dense_row.h): a
// sparse map from ids to values.
//
// Edits stand in a list in the order in which they came, and every id knows its
// place in it, so that an edit and a look-up are O(1). A bit mask per block of
// ids says which are edited, for passes over the row.
//
// Invariants: bit i of masks()[b] is set iff id 64 b + i is edited; every
//   edited id stands in the list once. index_ of another id means nothing, so
//   Reset need not clear it.
// Thread-safety: one thread at a time.
// Cost: memory of 4.1 bytes per token of the row; no allocation once grown.
// Tested by: tests/rows/edit_overlay_test.cc, tests/rows/dense_row_test.cc.

#ifndef SAMPLER_ROWS_EDIT_OVERLAY_H_
#define SAMPLER_ROWS_EDIT_OVERLAY_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/kernels/block.h"

namespace sampler {

class EditOverlay {
 public:
  // Starts over without edits, for ids below `size`.
  void Reset(std::size_t size);

  bool empty() const { return ids_.empty(); }

  // The edited ids and their values, in the order in which they were edited
  // first.
  absl::Span<const std::uint32_t> ids() const { return ids_; }
  absl::Span<const double> values() const { return values_; }
  absl::Span<double> mutable_values() { return absl::MakeSpan(values_); }

  // A word for every block of ids; it may be longer.
  absl::Span<const std::uint64_t> masks() const { return masks_; }

  // REQUIRES: id < size (also below).
  bool Has(std::size_t id) const {
    return ((masks_[id / kernels::kBlockSize] >> (id % kernels::kBlockSize)) &
            1) != 0;
  }

  // The value of an edited id. REQUIRES: Has(id).
  double Value(std::size_t id) const { return values_[index_[id]]; }

  // Edits an id, or replaces its edit.
  void Set(std::size_t id, double value) {
    if (Has(id)) {
      values_[index_[id]] = value;
      return;
    }
    index_[id] = static_cast<std::uint32_t>(ids_.size());
    ids_.push_back(static_cast<std::uint32_t>(id));
    values_.push_back(value);
    masks_[id / kernels::kBlockSize] |= std::uint64_t{1}
                                        << (id % kernels::kBlockSize);
  }

  // Set of many ids; skips those whose before[i] is kRemoved. REQUIRES: no id
  // occurs twice.
  void SetEach(absl::Span<const TokenId> ids, const double* before,
               const double* after);

  // The values of `ids` if they are edited and stand in the list one after
  // another in this order; else empty. Several penalties on the tokens of one
  // text edit the same ids in turn, and need not look each of them up.
  absl::Span<const double> FindRun(absl::Span<const TokenId> ids) const;

  // Replaces the elements of one block that are edited. `values` holds the
  // block.
  void ApplyToBlock(std::size_t block, double* values) const {
    for (std::uint64_t mask = masks_[block]; mask != 0; mask &= mask - 1) {
      const auto i = static_cast<std::size_t>(std::countr_zero(mask));
      values[i] = Value(block * kernels::kBlockSize + i);
    }
  }

 private:
  std::vector<std::uint32_t> ids_;
  std::vector<double> values_;        // By place in the list.
  std::vector<std::uint32_t> index_;  // Place in the list, by id.
  std::vector<std::uint64_t> masks_;  // By block.
};

}  // namespace sampler

#endif  // SAMPLER_ROWS_EDIT_OVERLAY_H_

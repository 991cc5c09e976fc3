// A whole row as stages meet it before anything is truncated: the caller's
// logits, which are never written, under a pending scale and a sparse overlay
// of edits.
//
// The value of token id is what evaluating every change on a dense array of
// doubles, in order, would give, bit for bit: a scale multiplies edited values
// at once and all others when they are loaded, each factor in turn. Changes of
// every value (Transform) are evaluated into a buffer of doubles, which then
// takes the row's place.
//
// A truncation that leaves many is one comparison (RemoveBelow): with the least
// number that stays, in the row's own type, because factors to come may round
// different numbers to one product.
//
// -inf means removed, and is sticky: Set on a removed id does nothing.
//
// Invariants: bit i of edit_mask_[b] is set iff token 64 b + i is edited; every
// edited id appears once in `edited_`, and slot_[id] is its index there (slot_
// of other ids means nothing and needs no clearing). block_max_[b] is the
// maximum of block b unless dirty_[b], when b is listed in dirty_blocks_.
//
// Thread-safety: one thread at a time.
// Cost: Reset is one pass over the row in the type it is stored in; an edit or
//   a look-up is O(1); Scale is O(V / 64); Max is O(V / 64) after a change.
//   The number of finite values costs a pass, if it is asked for and the row
//   has infinities or a floor. Memory: 4.4 bytes per token, and 8 more after
//   the first Transform.
// Tested by: tests/rows/dense_row_test.cc (random changes against a plain
// array).

#ifndef SAMPLER_ROWS_DENSE_ROW_H_
#define SAMPLER_ROWS_DENSE_ROW_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/gather.h"
#include "sampler/kernels/row_scan.h"
#include "sampler/logits.h"
#include "sampler/row_status.h"
#include "sampler/rows/candidate_list.h"

namespace sampler {

class DenseRow {
 public:
  using Block = std::array<double, kernels::kBlockSize>;

  // Starts over on `row`, which must stay unchanged until the next Reset.
  void Reset(Logits row);

  std::size_t size() const { return row_.size(); }
  std::size_t block_count() const { return block_max_.size(); }

  // What values are made of: the row as it is stored, the factors that are
  // still to apply to it, and the ids that have other values, by block.
  Logits unedited() const { return row_; }
  absl::Span<const double> pending_scales() const { return scales_; }
  absl::Span<const std::uint32_t> edited_ids() const { return edited_; }
  absl::Span<const std::uint64_t> edit_masks() const { return edit_mask_; }

  // Unedited elements below this, as they are stored, are removed. None of a
  // row of doubles is.
  double floor() const { return floor_; }
  bool HasFloor() const { return !IsRemoved(floor_); }

  // kOk, or what Reset, Set, Scale or Transform found.
  RowStatus status() const { return status_; }

  // Tokens whose value is finite.
  std::size_t finite_count() const;

  // Are there more than `count` of them? Cheaper than counting.
  bool HasMoreThan(std::size_t count) const;

  // Is every token removed? Cheaper than the largest value. REQUIRES: status()
  // is kOk.
  bool empty() const {
    return finite_count_.has_value() ? *finite_count_ == 0 : IsRemoved(Max());
  }

  // The largest value; -inf if nothing is left.
  double Max() const;

  // The first token that has it. REQUIRES: Max() is finite.
  std::size_t FirstOfMax() const;

  // Current value of a token. REQUIRES: id < size().
  double Value(std::size_t id) const;

  // Replaces the value v of a token by f(v), and returns true; but false, and
  // nothing changes, if it is removed. -inf removes it. REQUIRES: id < size().
  template <typename F>
  bool Edit(std::size_t id, F f) {
    const double before = Value(id);
    if (IsRemoved(before)) return false;
    Replace(id, before, f(before));
    return true;
  }

  // Gives a token that has the value `before` the value `after`. REQUIRES: it
  // has it, and `before` is not kRemoved.
  void Replace(std::size_t id, double before, double after);

  // Both for many tokens: their values, kRemoved for ids outside the row; and
  // back, where before[i] is not kRemoved. REQUIRES: no id occurs twice.
  void LoadEach(absl::Span<const TokenId> ids, double* values) const;
  void StoreEach(absl::Span<const TokenId> ids, const double* before,
                 const double* after);

  // Edit, by a number.
  void Set(std::size_t id, double value) {
    Edit(id, [value](double) { return value; });
  }

  // Multiplies every value by `factor` > 0, rounding each product.
  void Scale(double factor);

  // Removes every value below `threshold`. False, and nothing, where that
  // cannot be told from what is stored: in rows of doubles, those that
  // Transform leaves included, and under extreme scales. REQUIRES: `threshold`
  // is no NaN; status() is kOk. Cost: O(V / 64 + edits).
  bool RemoveBelow(double threshold);

  // Do so many of the values, about, reach `threshold` that a pass over the row
  // costs less than a list of them? By a sample; where RemoveBelow never can,
  // no. Cost: O(1).
  bool ManyReach(double threshold) const;

  // Replaces every finite value v of a token by f(id, v). REQUIRES: f is a
  // function of its arguments; it may be asked twice. Cost: one pass in which
  // everything is converted; where more than one value in kFewOfARow changes,
  // another one that writes the row anew, in doubles.
  template <typename F>
  void Transform(F f) {
    TransformRuns([&](absl::Span<const TokenId> ids, absl::Span<double> run) {
      for (std::size_t i = 0; i < ids.size(); ++i) {
        if (!IsRemoved(run[i])) {
          run[i] = f(static_cast<std::size_t>(ids[i]), run[i]);
        }
      }
    });
  }

  // The same by runs of at most kernels::kBlockSize: f(ids, values) replaces
  // the values, and leaves those that are kRemoved.
  using RunTransform =
      absl::FunctionRef<void(absl::Span<const TokenId>, absl::Span<double>)>;
  void TransformRuns(RunTransform f);

  // Calls f(id, value) for every finite value that is at least `threshold`, in
  // id order. Blocks that lie below the threshold are not read.
  template <typename F>
  void ForEachAtLeast(double threshold, F f) const {
    const Reach reach = ReachOf(threshold);
    Block values;
    for (std::size_t b = 0; b < block_count(); ++b) {
      std::uint64_t mask = LoadReaching(b, reach, values);
      for (; mask != 0; mask &= mask - 1) {
        const auto i = static_cast<std::size_t>(std::countr_zero(mask));
        f(b * kernels::kBlockSize + i, values[i]);
      }
    }
  }

  // The same for every finite value, by runs: calls f(ids, values).
  using RunVisitor = absl::FunctionRef<void(absl::Span<const TokenId>,
                                            absl::Span<const double>)>;
  void VisitRuns(RunVisitor f) const;

  // Starts `out` over on every finite value v with low <= v < high. REQUIRES:
  // low is finite. Cost: one pass over the blocks that reach `low`, and one
  // over what is found for each pending scale.
  void GatherInside(double low, double high, CandidateList& out) const;

  // What `low <= value < high` means for unedited elements as they are stored:
  // exactly that, as long as the scales are no extreme ones.
  struct StoredInterval {
    kernels::Interval interval;
    bool exact;  // False: it holds others, too.
  };
  StoredInterval Stored(double low, double high) const;

  // How many values come before that of `id` in the total order: larger ones,
  // and as large ones of lower ids. Nothing where that cannot be told from what
  // is stored. Cost: a pass over the blocks that reach the value, without
  // conversions. REQUIRES: the value of `id` is finite.
  std::optional<std::size_t> CountBefore(std::size_t id) const;

  // Calls f(first_id, values, count) for every block whose maximum is finite
  // and at least `threshold`.
  template <typename F>
  void ForEachBlockReaching(double threshold, F f) const {
    const absl::Span<const double> maxima = BlockMaxima();
    Block values;
    for (std::size_t b = 0; b < maxima.size(); ++b) {
      if (!(maxima[b] >= threshold) || maxima[b] == kRemoved) continue;
      const std::size_t count = LoadBlock(b, values);
      f(b * kernels::kBlockSize, values, count);
    }
  }

  // The same for stretches of kStretchSize, filled up with -inf behind the
  // row's end.
  using Stretch = std::array<double, kernels::kStretchSize>;
  template <typename F>
  void ForEachStretchReaching(double threshold, F f) const {
    constexpr std::size_t kBlocks = kernels::kStretchSize / kernels::kBlockSize;
    const absl::Span<const double> maxima = BlockMaxima();
    Stretch values;
    for (std::size_t b = 0; b < maxima.size(); b += kBlocks) {
      const absl::Span<const double> own = maxima.subspan(b, kBlocks);
      const double max = *std::max_element(own.begin(), own.end());
      if (!(max >= threshold) || max == kRemoved) continue;
      const std::size_t count = LoadBlocks(b, own.size(), values.data());
      std::fill(values.data() + count, values.data() + values.size(), kRemoved);
      f(b * kernels::kBlockSize, values);
    }
  }

  // Largest value of every block; -inf where nothing is left.
  absl::Span<const double> BlockMaxima() const;

  // Converts, scales and edits one block; returns its length.
  std::size_t LoadBlock(std::size_t block, Block& values) const {
    return LoadBlocks(block, 1, values.data());
  }

 private:
  // Loads blocks one after the other; returns how many values they have.
  std::size_t LoadBlocks(std::size_t block, std::size_t blocks,
                         double* values) const;

  // A row of which at most this part changes keeps its stored values, under
  // edits: later passes are over the stored type, and under bounds.
  static constexpr std::size_t kFewOfARow = 16;

  // A value that Transform changes.
  struct Change {
    std::uint32_t id;
    double before;
    double after;
  };

  // TransformRuns, if it changes few values. Otherwise nothing happens, and it
  // returns false: soon, if the first values tell.
  bool TransformFew(RunTransform f);

  // Takes `row` as it stands, with no change pending.
  void Restart(Logits row);

  // The value of a token as if it were not edited.
  double Unedited(std::size_t id) const;

  // A least value, and a number that every stored value reaches whose value
  // reaches it (and a few others may).
  struct Reach {
    double least;
    double stored;
  };
  Reach ReachOf(double threshold) const;

  // A bit for each finite value of the block that is at least `reach.least`;
  // `values` has these.
  std::uint64_t LoadReaching(std::size_t block, const Reach& reach,
                             Block& values) const;

  // Makes a token an edited one. REQUIRES: it is none.
  void Overlay(std::size_t id, double value);

  // Keeps block_max_ true where one value of a block has become another.
  void NoteInBlock(std::size_t block, double before, double after);

  // Notes NaN and +inf in a value that a change has produced.
  void Note(double value);
  // Keeps the count of finite values true where one has become another.
  void Recount(double before, double after);

  // The least number of the row's type that reaches `threshold` when scaled, if
  // it is found.
  std::optional<double> LeastStored(double threshold) const;

  // A number that every stored value reaches whose scaled value reaches
  // `threshold` (and a few others may).
  double StoredThreshold(double threshold) const;

  bool IsEdited(std::size_t id) const {
    return ((edit_mask_[id / kernels::kBlockSize] >>
             (id % kernels::kBlockSize)) &
            1) != 0;
  }

  Logits row_;
  std::vector<double> scales_;  // Factors still to apply to unedited values.
  std::vector<double> buffer_;  // Values after a Transform.
  double floor_ = kRemoved;     // In terms of row_, before any scale.
  double magnitude_ = 0.0;      // Bounds |v| of every finite unedited value.
  RowStatus status_ = RowStatus::kOk;
  mutable std::optional<std::size_t> finite_count_;
  mutable std::optional<double> max_;

  std::vector<Change> changes_;  // Scratch of TransformFew; may be longer.
  std::vector<std::uint32_t> edited_;
  std::vector<double> edited_values_;
  std::vector<std::uint32_t> slot_;

  std::vector<std::uint64_t> edit_mask_;  // By block.

  mutable std::vector<double> block_max_;
  mutable std::vector<std::uint8_t> dirty_;  // Must block_max_ be recomputed?
  mutable std::vector<std::uint32_t> dirty_blocks_;
};

}  // namespace sampler

#endif  // SAMPLER_ROWS_DENSE_ROW_H_

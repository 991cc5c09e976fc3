// A whole row before a truncation makes it a list: the caller's logits, which
// are never written, with pending scale factors and a sparse overlay of edited
// values.
//
// Every value is the same, bit for bit, as if each change were applied
// immediately to an array of doubles. Scale multiplies edited values
// (edit_overlay.h) at once; it multiplies the others when they are loaded,
// factor by factor (scaled_row.h). Transform writes all values to a buffer of
// doubles, which then replaces the row, unless few values change.
//
// A truncation that keeps many values raises the floor of the stored numbers
// (RemoveBelow) and leaves the row as it is. -inf means removed, and is sticky:
// Set on a removed id does nothing.
//
// Invariant: block_max_[b] is the maximum of block b, unless b is dirty.
// Thread-safety: one thread at a time.
// Cost: Reset is one pass over the row in its stored type; an edit or a look-up
//   is O(1); Scale is O(V / 64); Max is O(V / 64) after a change. finite_count
//   costs a pass if the row has infinities or a floor. Memory: 4.4 bytes per
//   token, 8 more after the first Transform, and a copy of the row after the
//   first RemoveUnmasked.
// Tested by: tests/rows/dense_row_test.cc (random changes against a plain
//   array).

#ifndef SAMPLER_ROWS_DENSE_ROW_H_
#define SAMPLER_ROWS_DENSE_ROW_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/scan/row_scan.h"
#include "sampler/logits.h"
#include "sampler/row_status.h"
#include "sampler/rows/candidate_list.h"
#include "sampler/rows/dirty_blocks.h"
#include "sampler/rows/edit_overlay.h"
#include "sampler/rows/scaled_row.h"
#include "sampler/token_mask.h"

namespace sampler {

class DenseRow {
 public:
  using Block = std::array<double, kernels::kBlockSize>;

  // Looks at a row for the first time: does what ScanBlockMaxima does.
  using Scan = absl::FunctionRef<kernels::RowScan(Logits row, double* maxima)>;

  // Starts over on `row`, which must stay unchanged until the next Reset.
  void Reset(Logits row, Scan scan = kernels::ScanBlockMaxima);

  std::size_t size() const { return stored_.size(); }
  std::size_t block_count() const { return block_max_.size(); }

  // The parts that values are computed from: the stored numbers, and the edits
  // that take the place of some.
  const ScaledRow& unedited() const { return stored_; }
  const EditOverlay& edits() const { return edits_; }

  // kOk, or what Reset, Set, Scale or Transform found.
  RowStatus status() const { return status_; }

  // Number of tokens whose value is finite.
  std::size_t finite_count() const;

  // Returns true if finite_count() > count; often cheaper than counting.
  bool HasMoreThan(std::size_t count) const;

  // Returns true if every token is removed. REQUIRES: status() is kOk.
  bool empty() const {
    return finite_count_.has_value() ? *finite_count_ == 0 : IsRemoved(Max());
  }

  // The largest value; -inf if nothing is left.
  double Max() const;

  // The lowest id whose value is Max(). REQUIRES: Max() is finite.
  std::size_t FirstOfMax() const;

  // Current value of a token. REQUIRES: id < size().
  double Value(std::size_t id) const;

  // Replaces the value v of a token by f(v); -inf removes it. Returns false,
  // and changes nothing, if the token is removed already. REQUIRES: id <
  // size().
  template <typename F>
  bool Edit(std::size_t id, F f) {
    const double before = Value(id);
    if (IsRemoved(before)) return false;
    Replace(id, before, f(before));
    return true;
  }

  // Sets the value of a token to `after`. REQUIRES: `before` is its current
  // value, and is not kRemoved.
  void Replace(std::size_t id, double before, double after);

  // LoadEach is Value of many tokens, with kRemoved for ids outside the row.
  // StoreEach is Replace of many tokens, and skips ids whose before[i] is
  // kRemoved. REQUIRES: no id occurs twice.
  void LoadEach(absl::Span<const TokenId> ids, double* values) const;
  void StoreEach(absl::Span<const TokenId> ids, const double* before,
                 const double* after);

  // Replaces the value of a token by `value`, as Edit does.
  void Set(std::size_t id, double value) {
    Edit(id, [value](double) { return value; });
  }

  // Multiplies every value by `factor` > 0, rounding each product.
  void Scale(double factor);

  // Removes every value below `threshold`. Returns false, and changes nothing,
  // if no floor on stored numbers can do that: in a row of doubles (Transform
  // leaves one), and with extreme scale factors. REQUIRES: `threshold` is no
  // NaN; status() is kOk. Cost: O(V / 64 + edits).
  bool RemoveBelow(double threshold);

  // Removes every token that `mask` does not allow (one that it has no bit for,
  // where `padding` says so): in a copy of the stored numbers, in their type.
  // REQUIRES: it allows `allowed` of the row's. Cost: two passes, no
  // conversion.
  void RemoveUnmasked(TokenMask mask, MaskPadding padding, std::size_t allowed);

  // Returns true if so many values reach `threshold`, by a sample, that a pass
  // over the row costs less than a list of them. Returns false in a row of
  // doubles, where RemoveBelow fails. Cost: O(1).
  bool ManyReach(double threshold) const;

  // Replaces every finite value v of a token by f(id, v). REQUIRES: f depends
  // on its arguments alone; it may be called twice for one token. Cost: one
  // pass that converts every value; if more than one value in kFewOfARow
  // changes, a second pass that writes the row again, in doubles.
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

  // Transform by runs of at most kernels::kBlockSize: f(ids, values) replaces
  // the values, and must leave values that are kRemoved.
  using RunTransform =
      absl::FunctionRef<void(absl::Span<const TokenId>, absl::Span<double>)>;
  void TransformRuns(RunTransform f);

  // Calls f(id, value) for every finite value that is at least `threshold`, in
  // id order. Blocks that lie below the threshold are not read.
  template <typename F>
  void ForEachAtLeast(double threshold, F f) const {
    const Threshold at_least = ThresholdOf(threshold);
    Block values;
    for (std::size_t b = 0; b < block_count(); ++b) {
      std::uint64_t mask = LoadReaching(b, at_least, values);
      for (; mask != 0; mask &= mask - 1) {
        const auto i = static_cast<std::size_t>(std::countr_zero(mask));
        f(b * kernels::kBlockSize + i, values[i]);
      }
    }
  }

  // Calls f(ids, values) for runs of finite values, in id order.
  using RunVisitor = absl::FunctionRef<void(absl::Span<const TokenId>,
                                            absl::Span<const double>)>;
  void VisitRuns(RunVisitor f) const;

  // Replaces `out` by every finite value v with low <= v < high. REQUIRES: low
  // is finite. Cost: one pass over the blocks that reach `low`, and one over
  // the values found for each pending factor.
  void GatherInside(double low, double high, CandidateList& out) const;

  // Starts `out` over on what `gather` finds: it writes the ids, ascending, and
  // the unedited elements, as they are stored, into room for size() +
  // kGatherSlack, and returns how many there are. The values of `out` are those
  // of the row.
  using StoredGather =
      absl::FunctionRef<std::size_t(TokenId* ids, double* values)>;
  void GatherStored(StoredGather gather, CandidateList& out) const;

  // Number of tokens before `id` in the total order: larger values, and equal
  // values of lower ids. Empty if stored numbers cannot tell, with extreme
  // scale factors. Cost: a pass over the blocks that reach the value, without
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

  // ForEachBlockReaching by stretches of kStretchSize values: calls f(first_id,
  // values). The last stretch is filled up with -inf.
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

  // If at most one value in so many changes, Transform makes edits of the
  // changes and keeps the stored row, so that later passes stay in the stored
  // type and bounds still work.
  static constexpr std::size_t kFewOfARow = 16;

  struct Change {  // A value that Transform changes.
    std::uint32_t id;
    double before;
    double after;
  };

  // TransformRuns for an f that changes few values. Returns false, and changes
  // nothing, if f changes many; early, if it changes many of the first values.
  bool TransformFew(RunTransform f);

  // Makes `row` the stored row, with no factor, floor or edit.
  void Restart(Logits row, Scan scan = kernels::ScanBlockMaxima);

  // If a value reaches `least`, its stored number reaches `stored`; the
  // converse may fail for a few.
  struct Threshold {
    double least;
    double stored;
  };
  Threshold ThresholdOf(double threshold) const;

  // A bit mask of the finite values of the block that reach `threshold.least`.
  // Writes those to `values`; the other elements of `values` mean nothing.
  std::uint64_t LoadReaching(std::size_t block, const Threshold& threshold,
                             Block& values) const;

  // Updates a block's maximum, or marks it dirty, after a value changed; and
  // NoteEach, that and Recount of many values, but for those removed before.
  void NoteInBlock(std::size_t block, double before, double after);
  void NoteEach(absl::Span<const TokenId> ids, const double* before,
                const double* after);

  // Sets status_ if `value` is NaN or +inf; Recount: after a value changed, and
  // updates finite_count_.
  void Note(double value);
  void Recount(double before, double after);

  ScaledRow stored_;
  EditOverlay edits_;
  std::vector<double> buffer_;         // Values after a Transform.
  std::vector<unsigned char> masked_;  // Stored numbers after a mask.
  double magnitude_ = 0.0;  // Bounds |v| of every finite unedited value.
  RowStatus status_ = RowStatus::kOk;
  mutable std::optional<std::size_t> finite_count_;
  mutable std::optional<double> max_;
  std::vector<Change> changes_;  // Scratch of TransformFew; may be longer.
  mutable std::vector<double> block_max_;
  mutable DirtyBlocks dirty_;
};

}  // namespace sampler

#endif  // SAMPLER_ROWS_DENSE_ROW_H_

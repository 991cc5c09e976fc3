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
// -inf means removed, and is sticky: Set on a removed id does nothing.
//
// Invariants: every id of `edited_` appears once, and slot_[id] is its index
// there (the sparse set of Briggs and Torczon: slot_ needs no clearing, because
// an entry counts only if edited_ points back). block_max_[b] bounds block b
// exactly unless dirty_[b].
//
// Thread-safety: one thread at a time.
// Cost: Reset is one pass over the row; an edit or a look-up is O(1); Scale is
//   O(V / 64); Max is O(V / 64) after a change. Memory: 4.3 bytes per token,
//   and 8 more after the first Transform.
// Tested by: tests/dense_row_test.cc (random changes against a plain array).

#ifndef SAMPLER_DENSE_ROW_H_
#define SAMPLER_DENSE_ROW_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "sampler/kernels/block.h"
#include "sampler/logits.h"
#include "sampler/row_status.h"

namespace sampler {

class DenseRow {
 public:
  using Block = std::array<double, kernels::kBlockSize>;

  // Starts over on `row`, which must stay unchanged until the next Reset.
  void Reset(Logits row);

  std::size_t size() const { return row_.size(); }
  std::size_t block_count() const { return block_max_.size(); }

  // kOk, or what Reset, Set, Scale or Transform found.
  RowStatus status() const { return status_; }

  // Tokens whose value is finite.
  std::size_t finite_count() const { return finite_count_; }

  // The largest value; -inf if nothing is left.
  double Max() const;

  // Current value of a token. REQUIRES: id < size().
  double Value(std::size_t id) const;

  // Replaces the value of a token that is not removed; -inf removes it.
  void Set(std::size_t id, double value);

  // Multiplies every value by `factor` > 0, rounding each product.
  void Scale(double factor);

  // Replaces every finite value v of a token by f(id, v).
  template <typename F>
  void Transform(F f) {
    buffer_.resize(size());
    Block values;
    for (std::size_t b = 0; b < block_count(); ++b) {
      const std::size_t count = LoadBlock(b, values);
      double* out = buffer_.data() + b * kernels::kBlockSize;
      for (std::size_t i = 0; i < count; ++i) {
        out[i] = values[i] == kRemoved
                     ? kRemoved
                     : f(b * kernels::kBlockSize + i, values[i]);
      }
    }
    Restart(Logits(buffer_.data(), DType::kF64, buffer_.size()));
  }

  // Calls f(id, value) for every finite value that is at least `threshold`, in
  // id order. Blocks that lie below the threshold are not read.
  template <typename F>
  void ForEachAtLeast(double threshold, F f) const {
    ForEachBlockReaching(threshold, [&](std::size_t first, const Block& values,
                                        std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) {
        if (values[i] >= threshold && values[i] > kRemoved) {
          f(first + i, values[i]);
        }
      }
    });
  }

  // Calls f(first_id, values, count) for every block whose maximum is finite
  // and at least `threshold`.
  template <typename F>
  void ForEachBlockReaching(double threshold, F f) const {
    Block values;
    for (std::size_t b = 0; b < block_count(); ++b) {
      const double max = BlockMax(b);
      if (!(max >= threshold) || max == kRemoved) continue;
      const std::size_t count = LoadBlock(b, values);
      f(b * kernels::kBlockSize, values, count);
    }
  }

  // Largest value of a block; -inf if nothing is left of it.
  double BlockMax(std::size_t block) const;

 private:
  static constexpr double kRemoved = -std::numeric_limits<double>::infinity();

  // Takes `row` as it stands, with no change pending.
  void Restart(Logits row);

  // Notes NaN and +inf in a value that a change has produced.
  void Note(double value);
  // Notes that one edited value has become another.
  void Replace(double before, double after);

  // Converts, scales and edits one block; returns its length.
  std::size_t LoadBlock(std::size_t block, Block& values) const;

  bool IsEdited(std::size_t id) const {
    const std::uint32_t slot = slot_[id];
    return slot < edited_.size() && edited_[slot] == id;
  }

  Logits row_;
  std::vector<double> scales_;  // Factors still to apply to unedited values.
  std::vector<double> buffer_;  // Values after a Transform.
  double magnitude_ = 0.0;      // Bounds |v| of every finite unedited value.
  RowStatus status_ = RowStatus::kOk;
  std::size_t finite_count_ = 0;

  std::vector<std::uint32_t> edited_;
  std::vector<double> edited_values_;
  std::vector<std::uint32_t> slot_;

  mutable std::vector<double> block_max_;
  mutable std::vector<std::uint8_t> dirty_;  // Must block_max_ be recomputed?
  std::vector<std::uint8_t> has_edits_;      // Per block.
};

}  // namespace sampler

#endif  // SAMPLER_DENSE_ROW_H_

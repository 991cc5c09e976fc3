// A row of stored numbers, under factors that are still to apply and a floor:
// the unedited part of a dense row (dense_row.h).
//
// The value of an element is its stored number, times every factor in turn,
// each product rounded. An element whose stored number lies below the floor is
// removed: its value is -inf. The floor is compared with stored numbers and not
// with products, because later factors may round different numbers to one
// product.
//
// Values never fall as stored numbers rise, so a threshold on values is one on
// stored numbers, and a search for what reaches it need not convert the row.
// The inverse of the factors gives it, rounded so that nothing is missed.
//
// Thread-safety: one thread at a time.
// Cost: O(1) a value or a threshold; no allocation once the factors have grown.
// Tested by: tests/rows/scaled_row_test.cc, tests/rows/dense_row_test.cc.

#ifndef SAMPLER_ROWS_SCALED_ROW_H_
#define SAMPLER_ROWS_SCALED_ROW_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/gather.h"
#include "sampler/kernels/load.h"
#include "sampler/kernels/scan/row_scan.h"
#include "sampler/logits.h"

namespace sampler {

// An interval of stored numbers that holds every element with low <= value <
// high.
struct StoredInterval {
  kernels::Interval interval;
  bool exact;  // False: it may hold other elements too.
};

class ScaledRow {
 public:
  // Starts over on `row`, without factors or a floor.
  void Reset(Logits row) {
    row_ = row;
    factors_.clear();
    floor_ = kRemoved;
  }

  std::size_t size() const { return row_.size(); }

  // The stored numbers, and the factors to apply to them.
  Logits stored() const { return row_; }
  absl::Span<const double> factors() const { return factors_; }

  // The least stored number that is not removed; -inf if there is no floor.
  double floor() const { return floor_; }
  bool HasFloor() const { return !IsRemoved(floor_); }

  bool IsOfDoubles() const { return row_.dtype() == DType::kF64; }

  // Returns true if every value is its stored number, a float.
  bool IsPlainFloats() const {
    return row_.dtype() == DType::kF32 && factors_.empty() && !HasFloor();
  }

  // Reads the stored numbers from `data` on, in place of where they were.
  void MoveTo(const unsigned char* data) {
    row_ = Logits(data, row_.dtype(), row_.size());
  }

  // Multiplies every value by `factor` > 0.
  void Scale(double factor) { factors_.push_back(factor); }

  // Removes what is stored as less than `least`. REQUIRES: the row is not of
  // doubles, and `least` is a float.
  void RaiseFloor(double least) { floor_ = std::max(floor_, least); }

  // The value of an element. REQUIRES: id < size().
  double Value(std::size_t id) const {
    double value = row_[id];
    if (value < floor_) [[unlikely]] {
      return kRemoved;
    }
    for (const double factor : factors_) value *= factor;
    return value;
  }

  // Writes the values of `count` elements from `first` on.
  void Load(std::size_t first, std::size_t count, double* values) const {
    kernels::LoadScaled(row_, first, count, factors_, values, floor_);
  }

  // Replaces stored numbers, none below the floor, by their values.
  void ApplyFactors(absl::Span<double> numbers) const {
    for (const double factor : factors_) {
      for (double& number : numbers) number *= factor;
    }
  }

  // A bit mask of the elements of block `block` whose stored number is at least
  // `least`.
  std::uint64_t MaskAtLeast(std::size_t block, double least) const {
    const std::size_t first = block * kernels::kBlockSize;
    return kernels::MaskAtLeast(
        row_, first, std::min(kernels::kBlockSize, size() - first), least);
  }

  // A number that the stored number of every element whose value reaches
  // `threshold` reaches. A few other elements may reach it, too.
  double StoredThreshold(double threshold) const;

  // The least float (in a row of doubles: double) whose value reaches
  // `threshold`. Empty if a short search does not find it, with extreme
  // factors.
  std::optional<double> LeastStored(double threshold) const;

  // The stored numbers of the values in [low, high).
  StoredInterval Stored(double low, double high) const;

 private:
  Logits row_;
  std::vector<double> factors_;
  double floor_ = kRemoved;
};

}  // namespace sampler

#endif  // SAMPLER_ROWS_SCALED_ROW_H_

// Sorting in linear time: values with their positions, largest first, equal
// values by position.
//
// A value's distance from the largest, as a number of 22 bits, is sorted by two
// passes of a stable radix sort; few neighbours are then still in the wrong
// order, and are set right one by one. Where that turns out to be many (values
// that crowd together in a range that others make wide), a radix sort of the
// whole doubles takes over, from the lowest digit up, which skips digits in
// which all agree. Neither compares more than a fixed number of times per
// value, on any input.
//
// Selection (select.h) answers most questions about a ranking without sorting
// it; this is for rules that walk it.
//
// Thread-safety: pure but for the scratch it is given.
// Cost: two passes over 4 bytes per value and one to look at the order; at
//   most seven more. Few values are sorted by comparison. Memory: 20 bytes per
//   value; 32 more for the second way.
// Tested by: tests/kernels/sort_test.cc (against std::stable_sort).

#ifndef SAMPLER_KERNELS_SORT_H_
#define SAMPLER_KERNELS_SORT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace sampler::kernels {

inline constexpr std::size_t kMaxSortSize = std::size_t{1} << 21;

// Memory that sorts reuse.
struct SortScratch {
  std::vector<double> values;
  std::vector<std::uint32_t> positions;
  std::vector<std::uint32_t> distances;
  std::vector<std::uint32_t> half_sorted;
  std::vector<std::uint32_t> counts;

  struct Item {
    std::uint64_t key;
    std::uint32_t position;
  };
  std::vector<Item> items;
  std::vector<Item> next_items;
};

// values[i] is the one of rank i, and was at positions[i].
struct SortedValues {
  absl::Span<const double> values;
  absl::Span<const std::uint32_t> positions;
};

// The view lasts until the next sort with this scratch. REQUIRES: every value
// is finite; at most kMaxSortSize of them.
SortedValues SortDescending(absl::Span<const double> values,
                            SortScratch& scratch);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_SORT_H_

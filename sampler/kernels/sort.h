// Sorting in linear time: positions by key, largest first, equal keys by
// position.
//
// A stable radix sort from the lowest digit up, which never compares and so
// costs the same on every input. Digits in which all keys agree are skipped:
// the keys of f32, f16 and bf16 values leave half of theirs empty.
//
// Selection (select.h) answers most questions about a ranking without sorting
// it; this is for rules that walk the whole of it.
//
// Thread-safety: pure but for the scratch it is given.
// Cost: one pass for the histograms, then at most six; few items are sorted by
//   comparison. Memory: 32 bytes per item.
// Tested by: tests/sort_test.cc (against std::stable_sort).

#ifndef SAMPLER_KERNELS_SORT_H_
#define SAMPLER_KERNELS_SORT_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace sampler::kernels {

struct RankedKey {
  std::uint64_t key;
  std::uint32_t position;
};

// Memory that sorts reuse.
struct SortScratch {
  std::vector<RankedKey> items;
  std::vector<RankedKey> next_items;
  std::vector<std::uint32_t> counts;
};

// The keys with their positions, largest key first. The view lasts until the
// next sort with this scratch. REQUIRES: fewer than 2^32 keys.
absl::Span<const RankedKey> SortDescending(absl::Span<const std::uint64_t> keys,
                                           SortScratch& scratch);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_SORT_H_

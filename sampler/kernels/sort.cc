#include "sampler/kernels/sort.h"

#include <algorithm>
#include <cstddef>

namespace sampler::kernels {
namespace {

constexpr int kDigitBits = 11;
constexpr int kDigits = 6;  // Of 11 bits, the last of 9.
constexpr std::size_t kBuckets = std::size_t{1} << kDigitBits;

// Below this many items, comparing is cheaper than clearing the histograms.
constexpr std::size_t kCompareLimit = 512;

// Digits of the complement, so that the largest key comes first.
std::size_t Digit(std::uint64_t key, int digit) {
  return static_cast<std::size_t>(~key >> (digit * kDigitBits)) &
         (kBuckets - 1);
}

}  // namespace

absl::Span<const RankedKey> SortDescending(absl::Span<const std::uint64_t> keys,
                                           SortScratch& scratch) {
  std::vector<RankedKey>& items = scratch.items;
  items.clear();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    items.push_back({keys[i], static_cast<std::uint32_t>(i)});
  }
  if (items.size() < kCompareLimit) {
    std::sort(items.begin(), items.end(),
              [](const RankedKey& a, const RankedKey& b) {
                return a.key != b.key ? a.key > b.key : a.position < b.position;
              });
    return items;
  }
  std::vector<std::uint32_t>& counts = scratch.counts;
  counts.assign(kDigits * kBuckets, 0);
  for (const RankedKey& item : items) {
    for (int d = 0; d < kDigits; ++d) {
      ++counts[static_cast<std::size_t>(d) * kBuckets + Digit(item.key, d)];
    }
  }
  scratch.next_items.resize(items.size());
  for (int d = 0; d < kDigits; ++d) {
    std::uint32_t* const begin =
        counts.data() + static_cast<std::size_t>(d) * kBuckets;
    if (begin[Digit(items[0].key, d)] == items.size()) continue;
    std::uint32_t before = 0;  // Turns counts into first places.
    for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
      const std::uint32_t count = begin[bucket];
      begin[bucket] = before;
      before += count;
    }
    for (const RankedKey& item : items) {
      scratch.next_items[begin[Digit(item.key, d)]++] = item;
    }
    items.swap(scratch.next_items);
  }
  return items;
}

}  // namespace sampler::kernels

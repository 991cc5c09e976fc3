#include "sampler/kernels/sort.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sampler/kernels/block.h"
#include "sampler/kernels/select.h"

namespace sampler::kernels {
namespace {

constexpr int kDigitBits = 11;
constexpr std::size_t kBuckets = std::size_t{1} << kDigitBits;

// Below this many values, comparing is cheaper than clearing the histograms.
constexpr std::size_t kCompareLimit = 96;

// How many steps up values may have taken, on average, at any point: where they
// crowd, this soon is not enough.
constexpr std::size_t kStepsPerValue = 4;

// Turns counts into first places.
void CountsToPlaces(std::uint32_t* counts) {
  std::uint32_t before = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    const std::uint32_t count = counts[bucket];
    counts[bucket] = before;
    before += count;
  }
}

template <typename T>
T* Grown(std::vector<T>& memory, std::size_t size) {
  if (memory.size() < size) memory.resize(size);
  return memory.data();
}

// Moves values up to their places. False where that takes too many steps.
bool SortNearlySorted(std::size_t size, double* values,
                      std::uint32_t* positions) {
  std::size_t left = kBuckets;
  for (std::size_t i = 1; i < size; ++i, left += kStepsPerValue) {
    const double value = values[i];
    if (!(values[i - 1] < value)) continue;
    const std::uint32_t position = positions[i];
    std::size_t to = i;
    for (; to > 0 && values[to - 1] < value; --to) {
      values[to] = values[to - 1];
      positions[to] = positions[to - 1];
    }
    values[to] = value;
    positions[to] = position;
    if (i - to > left) return false;
    left -= i - to;
  }
  return true;
}

// Sorts by the distance from the largest value: below 2^22, and no smaller for
// a smaller value, since every step of its computation is monotone. Items of
// the second pass hold what is left of it above their position. False, and
// nothing of use, where the values leave no such scale, or too much to do.
bool SortByDistance(absl::Span<const double> values, SortScratch& scratch) {
  const std::size_t n = values.size();
  const BlockSummary ends = Summarize(values.data(), n);
  const double range = ends.max - ends.min_finite;
  const double scale =
      range > 0.0 ? static_cast<double>(kBuckets * kBuckets - 1) / range : 0.0;
  if (!std::isfinite(range) || !std::isfinite(scale)) return false;
  std::uint32_t* const distances = Grown(scratch.distances, n);
  for (std::size_t i = 0; i < n; ++i) {
    distances[i] = static_cast<std::uint32_t>(
        static_cast<std::int32_t>((ends.max - values[i]) * scale));
  }
  scratch.counts.assign(2 * kBuckets, 0);
  std::uint32_t* const low = scratch.counts.data();
  std::uint32_t* const high = low + kBuckets;
  constexpr std::uint32_t kLowDigit = kBuckets - 1;
  for (std::size_t i = 0; i < n; ++i) {
    ++low[distances[i] & kLowDigit];
    ++high[distances[i] >> kDigitBits];
  }
  CountsToPlaces(low);
  CountsToPlaces(high);
  constexpr int kPositionBits = 32 - kDigitBits;
  static_assert(kMaxSortSize == std::size_t{1} << kPositionBits);
  std::uint32_t* const half_sorted = Grown(scratch.half_sorted, n);
  for (std::size_t i = 0; i < n; ++i) {
    half_sorted[low[distances[i] & kLowDigit]++] =
        (distances[i] >> kDigitBits) << kPositionBits |
        static_cast<std::uint32_t>(i);
  }
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t item = half_sorted[i];
    scratch.positions[high[item >> kPositionBits]++] =
        item & (kMaxSortSize - 1);
  }
  for (std::size_t i = 0; i < n; ++i) {
    scratch.values[i] = values[scratch.positions[i]];
  }
  return SortNearlySorted(n, scratch.values.data(), scratch.positions.data());
}

// Digits of the complement, so that the largest key comes first.
std::size_t Digit(std::uint64_t key, int digit) {
  return static_cast<std::size_t>(~key >> (digit * kDigitBits)) &
         (kBuckets - 1);
}

void SortByDigits(absl::Span<const double> values, SortScratch& scratch) {
  constexpr int kDigits = 6;  // Of 11 bits, the last of 9.
  const std::size_t n = values.size();
  std::vector<SortScratch::Item>& items = scratch.items;
  items.clear();
  scratch.counts.assign(kDigits * kBuckets, 0);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t key = OrderedKey(values[i]);
    items.push_back({key, static_cast<std::uint32_t>(i)});
    for (int d = 0; d < kDigits; ++d) {
      ++scratch.counts[static_cast<std::size_t>(d) * kBuckets + Digit(key, d)];
    }
  }
  scratch.next_items.resize(n);
  for (int d = 0; d < kDigits; ++d) {
    std::uint32_t* const places =
        scratch.counts.data() + static_cast<std::size_t>(d) * kBuckets;
    if (places[Digit(items[0].key, d)] == n) continue;
    CountsToPlaces(places);
    for (const SortScratch::Item& item : items) {
      scratch.next_items[places[Digit(item.key, d)]++] = item;
    }
    items.swap(scratch.next_items);
  }
  for (std::size_t i = 0; i < n; ++i) {
    scratch.positions[i] = items[i].position;
    scratch.values[i] = values[items[i].position];
  }
}

}  // namespace

SortedValues SortDescending(absl::Span<const double> values,
                            SortScratch& scratch) {
  const std::size_t n = values.size();
  double* const sorted = Grown(scratch.values, n);
  std::uint32_t* const positions = Grown(scratch.positions, n);
  if (n < kCompareLimit) {
    std::iota(positions, positions + n, 0u);
    std::sort(positions, positions + n, [&](std::uint32_t a, std::uint32_t b) {
      return values[a] != values[b] ? values[a] > values[b] : a < b;
    });
    std::transform(positions, positions + n, sorted,
                   [&](std::uint32_t at) { return values[at]; });
  } else if (!SortByDistance(values, scratch)) {
    SortByDigits(values, scratch);
  }
  return {{sorted, n}, {positions, n}};
}

}  // namespace sampler::kernels

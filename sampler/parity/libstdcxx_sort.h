// Sorting that leaves equal elements in the order in which libstdc++'s
// std::sort and std::partial_sort leave them.
//
// Neither is stable, and the C++ standard says nothing about equal elements;
// but runtimes sort candidates by logit alone with them, so the token they draw
// from a row with exact ties (any bf16 row) depends on the algorithm. These are
// its two parts, stated so that the order is the same under every standard
// library:
//
//   partial sort  a binary max-heap of the first k elements; each later element
//                 that comes before the root replaces it; then the heap is
//                 taken apart. A hole sinks to the bottom along the greater
//                 children (the right one if equal) before the element that
//                 fills it rises.
//   sort          quicksort to pieces of 16: pivot = median of the elements at
//                 1, n/2 and n - 1, put first; partition of the rest around it,
//                 stopping at equals from both sides; the right part first. Two
//                 levels per bit of n, after that a full partial sort. Then one
//                 insertion sort of the whole.
//
// `before(a, b)`: strictly before. Elements are moved by assignment.
// REQUIRES: a strict weak order (all comparisons false, as with NaN, is one).
//
// Thread-safety: pure functions of their arguments.
// Cost: O(n log k), O(n log n).
// Tested by: tests/parity/libstdcxx_sort_test.cc (against the library's own).

#ifndef SAMPLER_PARITY_LIBSTDCXX_SORT_H_
#define SAMPLER_PARITY_LIBSTDCXX_SORT_H_

#include <bit>
#include <cstddef>
#include <utility>

#include "absl/types/span.h"

namespace sampler::parity {
namespace internal {

// Fills the hole at `hole` of a heap with `value`, which rises from there, but
// not above `top`.
template <typename T, typename Before>
void Rise(absl::Span<T> heap, std::size_t hole, std::size_t top, T value,
          Before before) {
  while (hole > top) {
    const std::size_t parent = (hole - 1) / 2;
    if (!before(heap[parent], value)) break;
    heap[hole] = heap[parent];
    hole = parent;
  }
  heap[hole] = value;
}

// Sinks the hole at `hole` to the bottom, then fills it with `value`.
template <typename T, typename Before>
void SinkAndFill(absl::Span<T> heap, std::size_t hole, T value, Before before) {
  const std::size_t top = hole;
  while (2 * hole + 2 < heap.size()) {
    std::size_t child = 2 * hole + 2;
    if (before(heap[child], heap[child - 1])) --child;
    heap[hole] = heap[child];
    hole = child;
  }
  if (2 * hole + 2 == heap.size()) {  // A last child without a sibling.
    heap[hole] = heap[2 * hole + 1];
    hole = 2 * hole + 1;
  }
  Rise(heap, hole, top, value, before);
}

// Moves the root of a heap to `out` and what was there into the heap.
template <typename T, typename Before>
void ReplaceRoot(absl::Span<T> heap, T& out, Before before) {
  const T value = out;
  out = heap[0];
  SinkAndFill(heap, 0, value, before);
}

// Swaps the median of items 1, n/2 and n - 1 to the front.
template <typename T, typename Before>
void MedianToFront(absl::Span<T> items, Before before) {
  T& a = items[1];
  T& b = items[items.size() / 2];
  T& c = items[items.size() - 1];
  T* median = nullptr;
  if (before(a, b)) {
    median = before(b, c) ? &b : before(a, c) ? &c : &a;
  } else {
    median = before(a, c) ? &a : before(b, c) ? &c : &b;
  }
  std::swap(items[0], *median);
}

// Partitions items 1... around item 0; returns where the right part begins.
template <typename T, typename Before>
std::size_t Partition(absl::Span<T> items, Before before) {
  std::size_t left = 1;
  std::size_t right = items.size();
  while (true) {
    while (before(items[left], items[0])) ++left;
    --right;
    while (before(items[0], items[right])) --right;
    if (left >= right) return left;
    std::swap(items[left], items[right]);
    ++left;
  }
}

template <typename T, typename Before>
void InsertionSort(absl::Span<T> items, Before before) {
  for (std::size_t i = 1; i < items.size(); ++i) {
    const T value = items[i];
    std::size_t hole = i;
    for (; hole > 0 && before(value, items[hole - 1]); --hole) {
      items[hole] = items[hole - 1];
    }
    items[hole] = value;
  }
}

}  // namespace internal

// Puts the first k of `items`, in order, at its front. REQUIRES: 1 <= k <= n.
template <typename T, typename Before>
void PartialSort(absl::Span<T> items, std::size_t k, Before before) {
  absl::Span<T> heap = items.first(k);
  for (std::size_t i = k / 2; i-- > 0;) {
    internal::SinkAndFill(heap, i, T(heap[i]), before);
  }
  for (std::size_t i = k; i < items.size(); ++i) {
    if (before(items[i], heap[0])) {
      internal::ReplaceRoot(heap, items[i], before);
    }
  }
  for (; heap.size() > 1; heap.remove_suffix(1)) {
    internal::ReplaceRoot(heap.first(heap.size() - 1), heap.back(), before);
  }
}

namespace internal {

template <typename T, typename Before>
void SortToPieces(absl::Span<T> items, int levels, Before before) {
  constexpr std::size_t kPiece = 16;
  while (items.size() > kPiece) {
    if (levels-- == 0) {
      PartialSort(items, items.size(), before);
      return;
    }
    MedianToFront(items, before);
    const std::size_t cut = Partition(items, before);
    SortToPieces(items.subspan(cut), levels, before);
    items = items.first(cut);
  }
}

}  // namespace internal

template <typename T, typename Before>
void Sort(absl::Span<T> items, Before before) {
  if (items.empty()) return;
  const int levels = 2 * (static_cast<int>(std::bit_width(items.size())) - 1);
  internal::SortToPieces(items, levels, before);
  internal::InsertionSort(items, before);
}

}  // namespace sampler::parity

#endif  // SAMPLER_PARITY_LIBSTDCXX_SORT_H_

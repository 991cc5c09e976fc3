// The passes that select.cc is made of: what lies above pivots, and narrowing
// items to what lies between two of them.
//
// Thread-safety: pure functions.
// Cost: one read of the items; Narrow also a write of what stays.
// Tested by: tests/kernels/select_test.cc (through select.h, on every
// instruction set).

#ifndef SAMPLER_KERNELS_PIVOT_H_
#define SAMPLER_KERNELS_PIVOT_H_

#include <cstddef>
#include <cstdint>

#include "sampler/arithmetic/mass.h"

namespace sampler::kernels {

// Items of a selection, as arrays side by side.
struct Items {
  const double* values = nullptr;
  const Weight* weights = nullptr;           // Null: each weighs 1.
  const std::uint64_t* positions = nullptr;  // Null: their indices.
  std::size_t size = 0;
};

// Where Narrow writes; may be the memory that it reads. REQUIRES: room for
// kPivotSlack more than what there is to read.
struct ItemRoom {
  double* values;
  Weight* weights;
  std::uint64_t* positions;
};
inline constexpr std::size_t kPivotSlack = 16;

// How many pivots a pass compares with: three halve an interval twice.
inline constexpr std::size_t kPivots = 3;

// masses[j] = mass of the items whose values reach pivots[j]. REQUIRES: no
// weight exceeds 2^51.
void SumReaching(const Items& items, const double (&pivots)[kPivots],
                 Mass (&masses)[kPivots]);

// The mass of all items, and their range.
struct ItemsSummary {
  Mass mass;
  double low;
  double high;
};
ItemsSummary SummarizeItems(const Items& items);

// What stays, its range, and how many items lie above.
struct Narrowed {
  std::size_t size;
  double low;
  double high;
  std::size_t above;
};

// Writes the items with from <= value < below, in order. Weights are only
// written if there are any.
Narrowed KeepWithin(const Items& items, double from, double below,
                    const ItemRoom& room);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_PIVOT_H_

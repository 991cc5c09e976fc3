// Gathering what lies in an interval of a row, in the type it is stored in: the
// step from a whole row to a list.
//
// Which blocks may hold some is told by their maxima, 64 of them at a time, and
// which elements of a block pass as 64 bits: a branch for each would be
// mispredicted mostly where something is found. Few elements of a block are
// taken one by one, many are packed together in registers.
//
// Thread-safety: pure functions.
// Cost: one read of the blocks that reach the interval, and one write of what
//   is found.
// Tested by: tests/kernels/gather_test.cc (all types and instruction sets
// against plain
//   loops).

#ifndef SAMPLER_KERNELS_GATHER_H_
#define SAMPLER_KERNELS_GATHER_H_

#include <cstddef>
#include <cstdint>

#include "sampler/kernels/block.h"
#include "sampler/logits.h"

namespace sampler::kernels {

// The numbers l with low <= l < high. Of an f32, f16 or bf16 row, both are
// floats or infinite.
struct Interval {
  double low;
  double high;
};

// Room that Gather wants behind what it may find.
inline constexpr std::size_t kGatherSlack = kBlockSize;

// Of the blocks with maxima[b] >= least, writes the ids, ascending, and the
// values of the elements of `row` that lie in `interval` or, whatever they are,
// have their bit set in `also` (one word per block, or null); returns their
// number. REQUIRES: `ids` and `values` have room for row.size() + kGatherSlack;
// no element is NaN.
std::size_t Gather(Logits row, const Interval& interval, const double* maxima,
                   double least, const std::uint64_t* also, std::int32_t* ids,
                   double* values);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_GATHER_H_

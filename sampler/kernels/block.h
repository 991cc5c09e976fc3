// Passes over one block of a row: the innermost loops of the library.
//
// A row is processed in blocks of kBlockSize doubles that have been converted,
// scaled and edited already (DenseRow::LoadBlock). The loops are written with
// Highway, compiled for every instruction set and chosen at run time; vector
// and scalar code do the same operations in the same order, so results are the
// same bits everywhere.
//
// Thread-safety: pure functions.
// Tested by: tests/kernels/kernels_test.cc.

#ifndef SAMPLER_KERNELS_BLOCK_H_
#define SAMPLER_KERNELS_BLOCK_H_

#include <cstddef>

#include "sampler/arithmetic/mass.h"

namespace sampler::kernels {

inline constexpr std::size_t kBlockSize = 64;

// What exact sums take at a time: long enough that a vector's lanes are seldom
// added up.
inline constexpr std::size_t kStretchSize = 16 * kBlockSize;

constexpr std::size_t BlockCount(std::size_t size) {
  return (size + kBlockSize - 1) / kBlockSize;
}

// What one look at a block tells.
struct BlockSummary {
  double max;          // Largest value that is no NaN; -inf if there is none.
  double min_finite;   // Smallest finite value; +inf if there is none.
  std::size_t finite;  // Finite values.
  bool has_nan;
};

BlockSummary Summarize(const double* values, std::size_t count);

// weights[i] = rint(Exp(values[i] - max) * 2^51), ties to even; 0 for -inf.
// REQUIRES: no value is NaN or exceeds `max`; `max` is finite.
void ComputeWeights(const double* values, std::size_t count, double max,
                    Weight* weights);

// The weight of one value, by the same operations.
Weight ComputeWeight(double value, double max);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_BLOCK_H_

// Passes over a row in the type it is stored in, without converting it: block
// maxima and threshold masks. Comparing f32, f16 or bf16 values with each other
// gives what comparing the doubles they convert to gives.
//
// Thread-safety: pure functions.
// Cost: one read of what they look at.
// Tested by: tests/kernels/scan/row_scan_test.cc (all types and instruction
// sets against
//   plain loops).

#ifndef SAMPLER_KERNELS_SCAN_ROW_SCAN_H_
#define SAMPLER_KERNELS_SCAN_ROW_SCAN_H_

#include <cstddef>
#include <cstdint>

#include "sampler/kernels/block.h"
#include "sampler/logits.h"

namespace sampler::kernels {

// What the pass over a row tells besides the maxima.
struct RowScan {
  bool has_nan;
  bool all_finite;   // False: there may be infinities, or not.
  double magnitude;  // No finite value is larger than this, but for its sign.
};

// maxima[b] = largest value of block b (kBlockSize elements; the last may be
// shorter), converted to double. Where the row has a NaN they mean nothing.
RowScan ScanBlockMaxima(Logits row, double* maxima);

// Largest of `count` values; -inf if there are none. REQUIRES: no NaN.
double MaxOf(const double* values, std::size_t count);

// Index of the first of `count` values that is `value`, or `count`.
std::size_t FindFirst(const double* values, std::size_t count, double value);

// The least float that is not below `value`: another float is at least `value`
// iff it is at least this one.
float RoundUpToFloat(double value);

// Bit i: is element `first` + i at least `threshold`? A NaN is not. Exact.
// REQUIRES: count <= 64, first + count <= row.size().
std::uint64_t MaskAtLeast(Logits row, std::size_t first, std::size_t count,
                          double threshold);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_SCAN_ROW_SCAN_H_

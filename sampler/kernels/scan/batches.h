// How a row is scanned batch by batch, whatever else is done to its blocks in
// the same pass. For kernels.
//
// Thread-safety: pure but for the functions that it is given.
// Tested by: tests/kernels/scan/row_scan_test.cc,
// tests/kernels/scan/scan_sum_test.cc.

#ifndef SAMPLER_KERNELS_SCAN_BATCHES_H_
#define SAMPLER_KERNELS_SCAN_BATCHES_H_

#include <cstddef>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "sampler/kernels/scan/row_scan.h"
#include "sampler/logits.h"

namespace sampler::kernels {

// Whole blocks of one batch, a multiple of 8 but for the last.
inline constexpr std::size_t kBatchBlocks = 256;

// Each writes the maxima of `count` blocks from block `first` on, as they are
// stored. Of floats it returns the sum of all elements, which is finite only if
// they are; of halves the largest magnitude, as bits.
struct BatchScans {
  absl::FunctionRef<float(std::size_t first, std::size_t count, float* maxima)>
      f32;
  absl::FunctionRef<std::int16_t(std::size_t first, std::size_t count,
                                 std::int16_t* maxima)>
      halves;
};

// ScanBlockMaxima by these. Rows of doubles, and a last block that is not
// whole, are not theirs.
RowScan ScanBatches(Logits row, const BatchScans& scans, double* maxima);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_SCAN_BATCHES_H_

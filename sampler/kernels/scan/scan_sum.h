// Block maxima (row_scan.h) and sums of exponentials (exp_sum.h) in one pass
// over the row: for chains whose first question is one of mass. What a scan
// waits for memory is spent on exponentials.
//
// The maximum is not known yet, so that the sums are relative to a center that
// the caller guesses: the error of exp_sum.h grows with the distance, which the
// weighted distance holds (DistanceBound's excess).
//
// Thread-safety: pure functions.
// Cost: that of sums alone, or of the read, whichever is more.
// Tested by: tests/kernels/scan/scan_sum_test.cc (every type and instruction
//   set, against the two passes).

#ifndef SAMPLER_KERNELS_SCAN_SCAN_SUM_H_
#define SAMPLER_KERNELS_SCAN_SCAN_SUM_H_

#include "sampler/kernels/exp_sum.h"
#include "sampler/kernels/scan/row_scan.h"
#include "sampler/logits.h"

namespace sampler::kernels {

// No element may exceed the center by more than this, over the scale: e^40 is
// far from the end of a float, and sums of it are too.
inline constexpr double kFarthestAboveCenter = 40.0;

struct ScanWithSums {
  RowScan scan;
  ExpSumError error;
};

// Writes block maxima as ScanBlockMaxima does, and sums by chunk as SumExpOfRow
// does without weighted distances. Where the row has a NaN, +inf, or an element
// farther above the center, the sums mean nothing. REQUIRES: the row is not of
// doubles; the center is a float; argument.least is kNoFloor.
ScanWithSums ScanAndSum(Logits row, const ExpArgument& argument, double* maxima,
                        double* sums);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_SCAN_SCAN_SUM_H_

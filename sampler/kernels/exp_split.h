// A row split in three by its logits, in one pass: what lies inside a range,
// which is left aside, a list of what lies in another range only, and sums of
// exponentials of the rest. For decisions on where in a row a mass is reached,
// where the sum of all is known: what is listed will be weighed exactly, and
// the rest is little, and so is its error.
//
// The bound of exp_sum.h holds for the rest, with the terms of the whole;
// weighted distances are not summed up (DistanceBound).
//
// Thread-safety: pure functions.
// Cost: about three quarters more than exp_sum.h.
// Tested by: tests/kernels/exp_split_test.cc.

#ifndef SAMPLER_KERNELS_EXP_SPLIT_H_
#define SAMPLER_KERNELS_EXP_SPLIT_H_

#include <cstddef>
#include <cstdint>

#include "sampler/kernels/exp_sum.h"
#include "sampler/kernels/gather.h"
#include "sampler/logits.h"

namespace sampler::kernels {

// What lies in `listed` and not in `inside` is listed.
struct SplitRanges {
  Interval inside;
  Interval listed;
};

struct ExpSplit {
  std::size_t found = 0;  // Elements that are listed.
  ExpSumError error = {};
};

// Writes the sums of the rest, which lies in neither of the ranges, by chunk,
// and the ids, ascending, and values of what is listed. The elements in
// `edited` (one word per block, or null) are listed whatever they are, with
// values that mean nothing, and are not part of the rest. REQUIRES: as
// SumExpOfRow and Gather.
ExpSplit SplitExpOfRow(Logits row, const ExpArgument& argument,
                       const SplitRanges& ranges, const std::uint64_t* edited,
                       double* rest_sums, std::int32_t* ids, double* values);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_EXP_SPLIT_H_

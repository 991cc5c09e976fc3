// A row split in three by its logits, in one pass: sums of exponentials of what
// lies inside a range and of the rest, and a list of what lies between the two.
// For decisions on where in a row a mass is reached: what is listed will be
// weighed exactly, and the errors of what is on one side of it weigh with what
// the other side is part of, so that this is far more precise than a sum over
// the whole.
//
// The bound of exp_sum.h holds for the inside and for the rest, with the terms
// of the whole; gaps are not summed up (GapBound).
//
// Thread-safety: pure functions.
// Cost: about a quarter more than exp_sum.h (rows of doubles: two such passes).
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

// What lies in one of the two ranges is not part of the rest.
struct ExpSplit {
  double rest = 0.0;
  std::size_t found = 0;  // Elements that are listed.
  ExpSumError error = {};
};

// Writes the sums of what lies inside, by chunk, and the ids, ascending, and
// values of what is listed. The elements in `edited` (one word per block, or
// null) are listed whatever they are, with values that mean nothing, and are
// part of no sum. REQUIRES: as SumExpOfRow and Gather.
ExpSplit SplitExpOfRow(Logits row, const ExpArgument& argument,
                       const SplitRanges& ranges, const std::uint64_t* edited,
                       double* inside_sums, std::int32_t* ids, double* values);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_EXP_SPLIT_H_

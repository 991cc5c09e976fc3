// The sums of exp_sum.h over two parts of a row at once: what lies in an
// interval, and the rest. For decisions on where in a row a mass is reached,
// this is far more precise than two sums over the whole: the errors of what is
// on one side weigh with what the other side is part of.
//
// The bound of exp_sum.h holds for each part, with the terms of the whole.
//
// Thread-safety: pure functions.
// Cost: about a quarter more than exp_sum.h (rows of doubles: two such passes).
// Tested by: tests/kernels/exp_split_test.cc.

#ifndef SAMPLER_KERNELS_EXP_SPLIT_H_
#define SAMPLER_KERNELS_EXP_SPLIT_H_

#include <cstdint>

#include "sampler/kernels/exp_sum.h"
#include "sampler/kernels/gather.h"
#include "sampler/logits.h"

namespace sampler::kernels {

// Sums over all chunks of what SumExpOfRow gives for each.
struct ExpSums {
  double sum = 0.0;
  double gap = 0.0;
};

struct ExpSplit {
  ExpSums inside;
  ExpSums outside;
  ExpSumError error;
};

// REQUIRES: as SumExpOfRow and Gather.
ExpSplit SplitExpOfRow(Logits row, const ExpArgument& argument,
                       const Interval& interval, const std::uint64_t* edited);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_EXP_SPLIT_H_

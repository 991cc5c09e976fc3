// How far the logits of a row are spread, in float32: fast, with a proved
// error.
//
// The bound. Let u = 2^-24 and d = l - center. A computed d is off by a factor
// 1 + u, its square by 1 + 2 u, and 1 + 3 u where there is no FMA. Each chunk
// (exp_sum.h) is added up in kRunning running sums of as many vectors as that
// takes, then in double: k additions deep, off by k u of the sum of what is
// added. The sum of |d| is at most sqrt(n sum d^2). So
//   |sum of d - offsets| <= relative * sqrt(n squares),
//   |sum of d^2 - squares| <= relative * squares,
// with 1 percent for all that is of second order. Squares that underflow add
// less than 2^-126 each. Proved: tests/proof/spread.g, sums.g.
//
// Thread-safety: pure functions.
// Cost: one read of the row.
// Tested by: tests/bounds/deviation_bounds_test.cc (attacks the bound, every
// instruction set).

#ifndef SAMPLER_KERNELS_SPREAD_H_
#define SAMPLER_KERNELS_SPREAD_H_

#include <cstdint>

#include "sampler/kernels/load.h"
#include "sampler/logits.h"

namespace sampler::kernels {

struct Spread {
  double offsets = 0.0;
  double squares = 0.0;
  double relative = 0.0;
};

// Sums over the finite elements of `row` that are not below the floor `least`
// (load.h), but for those in `left_out` (one word per block, or null).
// REQUIRES: not a row of doubles; no NaN, no +inf.
Spread SumSpread(Logits row, float center, const std::uint64_t* left_out,
                 double least = kNoFloor);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_SPREAD_H_

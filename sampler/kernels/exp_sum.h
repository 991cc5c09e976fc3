// Sums of exponentials in float32, fast and with a proved error: what decisions
// about mass are tried on before anything is computed exactly.
//
// For a chunk of kChunkSize values l, with d = l - center:
//   sum = sum of e^(scale d),
//   weighted distance = sum of e^(scale d) |scale d|.
//
// The bound. Let u = 2^-24, and x = scale d without any rounding.
//   1. d is one float32 subtraction: exact to a factor 1 + u, so x is off by
//      |x| u.
//   2. y = x log2 e is split as n + f, n an integer. The constant is a pair of
//      floats, good to 2^-48. With FMA, f comes from one rounding of a number
//      near 1/2 and one for the second constant: 2^-25 each, together u ln 2 =
//      0.70 u in the result. Without FMA the product is rounded before n is
//      taken away (which is exact): another |x| u, and 2^-25 less.
//   3. 2^f on |f| <= 0.50002 by a polynomial of degree 6, off by 0.07 u as it
//      stands. Evaluation: the last step rounds a number in [0.70, 1.42], by u
//      at most above 1 and u/2 below; what enters it, times |f| <= 1/2, is off
//      by 1.3 u/2 * 1/2. Together below 1.33 u relative; without FMA, where the
//      products are rounded too, below 1.75 u.
//   4. Times 2^n: exact, for the result is a normal number (see 6).
//   So a term is off by a factor 1 + e, |e| <= 2.25 u + g |x| u, g = 1 with FMA
//   and 2 without.
//   Where a vector holds sixteen floats (and there is FMA), 2 and 3 are these:
//   y = x log2 e without the second constant is n/16 + f, |f| <= 1/32, f from
//   one rounding of 2^-30, and 2^y = 2^(n/16) (1 + f q), the power from a
//   table, good to u, q of degree 2, together with its evaluation off by 0.2 u,
//   and one more rounding: below 2.25 u as well. What the second constant would
//   add is, to first order, a part of the weighted distance, and added to each
//   sum; the second order is below 2^-48 x^2. (To each weighted distance, a
//   part of the squares.)
//   5. Terms are positive, so adding them k deep adds k u. Each block of 64
//      (two, without weighted distances and where a vector holds sixteen) is
//      added up in float32 in four running sums of 16 / lanes vectors each,
//      then two levels; everything above in double.
//   6. Terms below e^-83 come out as any number in [0, e^-83): they are part of
//      kTermError, as are the terms that are no weights at all.
// So
//   |computed sum - true sum| <= relative * sum
//                                + per_distance * weighted distance
//                                + kTermError * terms,
// with both sums as computed. The constants have 1 percent added for all that
// is of second order.
//
// Proved by machine: steps 1 and 2 by tests/proof/argument.g, 3 by exp_sum_*, 5
// by sums.g, and what they come to by claims.sollya.
//
// A caller may do without weighted distances, which is a fifth cheaper, and
// bound them: of n terms e^-x that add up to s, those that are all equal have
// the largest sum of e^-x x (Gibbs), s ln(n / s). What the second constant of
// step 2 would add is then an error, which per_distance holds as well. With
// FMA, steps 1 and 2 are one: y = l H - K, with H the first constant and K =
// c H rounded to a float. It is off by |y| u, so the result by |x| u, and n and
// f are taken from it exactly. What K was rounded by is known, and is a factor
// of the sum.
//
// Which constants hold depends on the instruction set, and so do the sums: only
// what follows from the bounds may be decided by them.
//
// Thread-safety: pure functions.
// Cost: about twice a read of the row in L3 (AVX-512).
// Tested by: tests/kernels/exp_sum_test.cc (attacks the bound, every
// instruction set).

#ifndef SAMPLER_KERNELS_EXP_SUM_H_
#define SAMPLER_KERNELS_EXP_SUM_H_

#include <cstddef>
#include <cstdint>

#include "sampler/kernels/block.h"
#include "sampler/kernels/load.h"
#include "sampler/logits.h"

namespace sampler::kernels {

inline constexpr std::size_t kChunkSize = 8 * kBlockSize;

constexpr std::size_t ChunkCount(std::size_t size) {
  return (size + kChunkSize - 1) / kChunkSize;
}

struct ExpSumError {
  double relative;
  double per_distance;
  // The part of `relative` that the additions are: step 5.
  double additions;
  // By how much a weighted distance may be off, as a fraction of it, beyond
  // what the errors of its terms make: by its differences d and its additions.
  double of_distance;
};

// How far a term may be off from an exact weight (in units of 2^51) beyond what
// ExpSumError says: an exact weight is rounded to a multiple of 2^-51, and its
// exponential is good to 2^-51.
inline constexpr double kTermError = 0x1.04p-52;

// The exponent that is summed, as the kernel wants it. REQUIRES: 2^-60 <= scale
// <= 2^60.
struct ExpArgument {
  ExpArgument(double subtracted, double multiplied);

  double center;
  double scale;
  float log2_head;          // scale * log2 e,
  float log2_tail;          // in two parts.
  float lowest;             // Smaller d are taken for this.
  double least = kNoFloor;  // Smaller elements count as -inf (load.h).
};

// Sums over `row`, chunk by chunk, in the type it is stored in. Terms of tokens
// in `edited` (one word per block, or null) are left out. `distances` gets the
// weighted distances. If it is null, per_distance is that of sums without them,
// and DistanceBound bounds them; else `squares` (or null) becomes the sum of
// e^x x^2 over the row, good to a thousandth. REQUIRES: no value that is not
// left out exceeds the center by more than 1 / scale; none is NaN; the center
// is a float, unless the row is of doubles, which has no floor.
ExpSumError SumExpOfRow(Logits row, const ExpArgument& argument,
                        const std::uint64_t* edited, double* sums,
                        double* distances, double* squares = nullptr);

// A weighted distance that `terms` terms of this sum do not exceed, none of
// which exceeds e^`excess`. REQUIRES: terms > 0.
double DistanceBound(double sum, double terms, double excess);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_EXP_SUM_H_

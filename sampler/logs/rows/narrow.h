// Rounds rows of logits to the element type of a log: to nearest, ties to even,
// from the exact value (never by way of a third type, which would round twice).
//
// A binary16 or bfloat16 x with f fraction bits has the last place 2^(e - f), e
// its exponent, at least that of the smallest normal number. Adding C, a power
// of two whose own last place in the type of the sum is that, leaves the
// hardware to round: x + C = C + k 2^(e - f). The bits of x are then k plus e's
// place, subnormal numbers and the carry into the next exponent included.
//
// Thread-safety: pure functions.
// Tested by: tests/logs/rows/narrow_test.cc (every binary16 and bfloat16, every
//   midpoint between two, and their neighbours).

#ifndef SAMPLER_LOGS_ROWS_NARROW_H_
#define SAMPLER_LOGS_ROWS_NARROW_H_

#include <cstddef>

#include "sampler/logits.h"

namespace sampler::logs {

// Writes the row as elements of `dtype` to `out`, of row.size() elements and
// any alignment. Returns the first id whose value is finite and becomes
// infinite, or row.size() if there is none. -inf, +inf and NaN stay what they
// are. Cost: one pass.
std::size_t Narrow(const Logits& row, DType dtype, unsigned char* out);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_ROWS_NARROW_H_

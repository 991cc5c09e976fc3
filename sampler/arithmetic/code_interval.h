// Arithmetic codes: sampling by a code point u that the caller carries along a
// sequence, each token taking the part of [0, 1) that its probability gives it.
//
//   interval of a token = [low / S, high / S) in exact masses
//   next u              = (u - low / S) / ((high - low) / S)
//
// The intervals of all tokens tile [0, 1) without gap or overlap: where one
// ends the next begins, as masses and as doubles. A double holds about 53 bits
// of drawn information; after that many a code is used up.
//
// Thread-safety: plain values and pure functions.
// Source: arXiv 2210.15458.
// Tested by: tests/stages/draws/arithmetic_test.cc.

#ifndef SAMPLER_ARITHMETIC_CODE_INTERVAL_H_
#define SAMPLER_ARITHMETIC_CODE_INTERVAL_H_

#include <cstdint>

#include "sampler/arithmetic/mass.h"

namespace sampler {

// The i-th of n evenly spread code points (i + shift) / n mod 1, each uniform
// if `shift` is. REQUIRES: 0 <= i < n, 0 <= shift < 1.
double ParallelCode(std::int64_t i, std::int64_t n, double shift);

}  // namespace sampler

#endif  // SAMPLER_ARITHMETIC_CODE_INTERVAL_H_

// On which token a draw lands, tried by bounds: they say in which chunk of the
// row its place lies, and whether the exact weights of that chunk alone name
// the token.
//
// Thread-safety: pure but for the bounds it is given.
// Cost: a few exact weights, after the float32 sums.
// Tested by: tests/bounds/bounded_answers_test.cc.

#ifndef SAMPLER_BOUNDS_DRAW_H_
#define SAMPLER_BOUNDS_DRAW_H_

#include <cstdint>
#include <optional>

#include "sampler/bounds/mass_bounds.h"
#include "sampler/rows/candidate_set.h"

namespace sampler {

// The first candidate, in id order, whose running mass exceeds
// floor(bits * S / 2^64). REQUIRES: `bounds` are of `set`,
// and at hand (Have).
std::optional<TokenId> DecideDraw(const CandidateSet& set, MassBounds& bounds,
                                  std::uint64_t bits);

}  // namespace sampler

#endif  // SAMPLER_BOUNDS_DRAW_H_

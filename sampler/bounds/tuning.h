// The constants that only decide how fast an answer is found. No answer depends
// on any of them: a guess that fails is followed by another way, in the end by
// the exact sums (README.md), and mass_bounds_test.cc compares the two.
//
// What each does to the time of a step is measured by tools/bench/sampler-bench
// (chains top_p, typical_p, top_n_sigma and the stages' own); the shapes in
// parentheses are the rows of that benchmark that notice it most.

#ifndef SAMPLER_BOUNDS_TUNING_H_
#define SAMPLER_BOUNDS_TUNING_H_

#include <cstddef>
#include <cstdint>

#include "sampler/arithmetic/mass.h"

namespace sampler::tuning {

// Sets up to this size are weighed exactly: that is one chunk of the float32
// sums (kernels/exp_sum.h), so bounds could tell nothing about a part of them.
inline constexpr std::size_t kFewCandidates = 512;

// How many candidates of the head are weighed, in turn, before a nucleus is
// guessed from a sample. The first is for rows with few likely tokens (peaked),
// the second for text; a row whose nucleus is larger (flat, zipf) pays for both
// in vain, so they should not grow.
inline constexpr std::int64_t kHeads[] = {48, 512};

// The same for typical tokens: a head that may hold all the mass, and the part
// of a row that the sample need not stand for, because few tokens there weigh
// much and a sample would miss them (zipf).
inline constexpr std::int64_t kFewTypical = 48;
inline constexpr std::int64_t kTypicalHead = 512;

// Blocks of 64 candidates that a sample takes. Its error falls with the root of
// their number, and so does the width of the band that is then weighed (flat,
// gaussian); their cost rises with it.
inline constexpr std::size_t kSampleBlocks = 64;

// How many standard deviations of the sample's error a band is wide on either
// side. Were the error normal, 3.5 would miss once in 2,000 guesses. A miss
// costs exact sums over the whole row; a wider band, more exact weights.
inline constexpr double kDeviations = 3.5;

// Blocks that the center of a deviation is the mean of. It only has to be near
// the mean: the bound grows with the square of the distance.
inline constexpr std::size_t kCenterBlocks = 16;

// A least weight below this asks for nearly everything, down to the last bit of
// a logit, and the logit that weighs so little is only known to whole units of
// weight: exact weights answer such questions.
inline constexpr Mass kLeastWeight = 16;

// Logits beyond this are rounded so coarsely (2^-37 in double, after scaling)
// that the allowance for it makes bounds useless.
inline constexpr double kLargestMax = 0x1p16;

}  // namespace sampler::tuning

#endif  // SAMPLER_BOUNDS_TUNING_H_

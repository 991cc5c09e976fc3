// Noise for races: drawing a token as the winner of independent noise.
//
//   E = -ln u                an exponential variable: the token with the least
//                            E / p wins with probability p
//   G = -ln E                a Gumbel variable: the same winner has the largest
//                            ln p + G
//
// u = (bits + 1/2) 2^-64 lies in the open interval (0, 1): neither end can
// occur, so no noise is infinite and no removed token can win. Close to u = 1,
// where doubles are 2^-53 apart, E is computed from 1 - u, which is known to
// 2^-64. So P(G > g) is right to within 2^-63 for every g, and the largest G is
// 45.05, well beyond the 36 nats that a weight reaches. (24-bit uniforms end at
// 16.6, 32-bit ones at 22.2, and lose the tail beyond.)
//
// Thread-safety: pure functions.
// Source: the two ends of the uniform: house. Gumbel-max: arXiv 1611.00712.
// Tested by: tests/random/gumbel_noise_test.cc.

#ifndef SAMPLER_RANDOM_GUMBEL_H_
#define SAMPLER_RANDOM_GUMBEL_H_

#include <cstdint>

namespace sampler {

// -ln u, falling in `bits`.
double ExponentialNoise(std::uint64_t bits);

// -ln(-ln u), rising in `bits`.
double GumbelNoise(std::uint64_t bits);

}  // namespace sampler

#endif  // SAMPLER_RANDOM_GUMBEL_H_

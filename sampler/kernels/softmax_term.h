// Terms of a softmax in double: e^(value - max) of every candidate, for the
// floating sum behind reported log-probabilities (candidates.h, LogSum).
//
// A weight (mass.h) decides what is drawn, and is a multiple of 2^-51. A term
// is not rounded to one: it keeps its relative precision down to e^-708, the
// least exponential whose result is a normal number. Below that a term counts
// as 0, and so does that of a removed candidate (-inf).
//
// Method: x = n ln(2)/8 + r with |r| <= ln(2)/16, ln 2 in two parts as in
// exp.h; e^r - 1 = r + r^2 q(r) with q the degree-5 interpolant at Chebyshev
// nodes (off by 0.1 * 2^-53); 2^(n/8) from a table of eight, and the exponent.
// The relative error is below 2^-52 (proved: tests/proof/softmax_term.*). Four
// multiplications and additions fewer than the house's Exp, which a report of a
// whole row is made of: 54 us instead of 81 for 151,936 logits (AVX-512).
// Machines do the same operations in the same order.
//
// Thread-safety: pure functions.
// Tested by: tests/kernels/softmax_term_test.cc (every instruction set against
//   the scalar definition, and that against long double).

#ifndef SAMPLER_KERNELS_SOFTMAX_TERM_H_
#define SAMPLER_KERNELS_SOFTMAX_TERM_H_

#include <bit>
#include <cstddef>
#include <cstdint>

#include "sampler/arithmetic/exp.h"
#include "sampler/kernels/block.h"

namespace sampler::kernels {

// Candidates further than this below the maximum have a term of 0.
inline constexpr double kLowestTerm = -708.0;

// 8 / ln 2, and ln(2)/8 in two parts.
inline constexpr double kEighthsPerNat = kLog2E * 8.0;
inline constexpr double kEighthHead = kLn2Head / 8.0;
inline constexpr double kEighthTail = kLn2Tail / 8.0;

inline constexpr double kTermCoefficients[6] = {
    0x1.000000000002ep-1, 0x1.555555555556ap-3,  0x1.5555554e945dbp-5,
    0x1.1111110e10a41p-7, 0x1.6c1b70f434f0fp-10, 0x1.a01e2bdf0ac83p-13};

// The bits of 2^(i/8) less i << 49: adding n << 49 to entry n mod 8 makes
// 2^(n/8) of it.
inline constexpr std::size_t kEighths = 8;
inline constexpr std::uint64_t kEighthPowers[kEighths] = {
    0x3ff0000000000000, 0x3fef72b83c7d517b, 0x3fef06fe0a31b715,
    0x3feebfdad5362a27, 0x3feea09e667f3bcd, 0x3feeace5422aa0db,
    0x3feee89f995ad3ad, 0x3fef5818dcfba487};

// The definition. REQUIRES (also below): no value is NaN or exceeds `max`;
// `max` is finite.
inline double SoftmaxTerm(double value, double max) {
  const double x = value - max;
  if (!(x >= kLowestTerm)) return 0.0;
  const double biased = x * kEighthsPerNat + kRoundMagic;
  const double n = biased - kRoundMagic;
  const double r = (x - n * kEighthHead) - n * kEighthTail;
  double q = kTermCoefficients[5];
  for (int i = 4; i >= 0; --i) q = q * r + kTermCoefficients[i];
  const auto bits = std::bit_cast<std::uint64_t>(biased);
  const double power =
      std::bit_cast<double>(kEighthPowers[bits % kEighths] + (bits << 49));
  return power + power * (r + (r * r) * q);
}

// terms[i] = the term of values[i].
void ComputeSoftmaxTerms(const double* values, std::size_t count, double max,
                         double* terms);

// Adds the term of element i of a stretch, filled up with -inf, to lanes[i mod
// 16], in order (lane_sum.h).
void AddSoftmaxTerms(const double* values, double max, double* lanes);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_SOFTMAX_TERM_H_

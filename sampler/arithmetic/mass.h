// Masses: the exact integer weights behind every probability.
//
// A candidate with logit l has weight w = rint(Exp(l - M) * 2^51), where M is
// the largest surviving logit, so the head weighs exactly 2^51 and anything
// more than about 36.04 nats below it weighs 0. A mass is the exact sum of
// weights. Integer sums do not depend on order, blocks, threads or vector
// width, so every algorithm that computes one finds the same number, and the
// comparisons below are decided without rounding.
//
// A parameter p in [0, 1] is the double m * 2^-e exactly (m < 2^53), and is
// compared with a mass S through LeastMass(p, S) or MostMass(p, S).
//
// Limits: at most 2^20 candidates, so a mass is at most 2^71 and m * S < 2^124;
//   sums of up to eight masses fit as well.
// Thread-safety: pure functions.
// Tested by: tests/arithmetic/mass_test.cc (against long-hand 256-bit
// arithmetic).

#ifndef SAMPLER_ARITHMETIC_MASS_H_
#define SAMPLER_ARITHMETIC_MASS_H_

#include <cstdint>

#include "absl/numeric/int128.h"

namespace sampler {

using Weight = std::uint64_t;
using Mass = absl::uint128;

inline constexpr Weight kLikeliestWeight = Weight{1} << 51;

// Logits this far below the maximum have weight 0, with room to spare:
// Exp(-37) * 2^51 = 0.19 rounds to 0.
inline constexpr double kZeroWeightGap = 37.0;

// A candidate weighs at most this much more than one with a larger logit, as
// weights are rounded, and Exp is off by 1 in 2^51 (tests/proof/tail_free.g).
inline constexpr Weight kWeightRise = 2;

// Largest vocabulary the exact arithmetic above is proved for.
inline constexpr std::int64_t kMaxVocabularySize = std::int64_t{1} << 20;

// ceil(p * total): the least mass that is at least the fraction p of `total`.
// REQUIRES (also below): 0 <= p <= 1, total <= 2^74.
Mass LeastMass(double p, Mass total);

// floor(p * total): the greatest mass that is at most that fraction.
Mass MostMass(double p, Mass total);

// floor(u * total / 2^64), exactly: the place in [0, total) that 64 random bits
// stand for. Never forms the 135-bit product.
Mass PlaceOfBits(std::uint64_t u, Mass total);

// ceil(a / b). REQUIRES: b > 0.
inline Mass DivideUp(Mass a, Mass b) { return a / b + (a % b == 0 ? 0 : 1); }

// The nearest double, ties to even. (The conversion that absl::uint128 offers
// may round twice and differs between platforms.)
double ToDouble(Mass mass);

// part / total as the quotient of the nearest doubles. REQUIRES: total > 0.
double Ratio(Mass part, Mass total);

// The same of a weight and the nearest double of a total.
double ShareOf(Weight weight, double total);

// The part of [0, 1) that a token's mass takes where the masses of all tokens
// are laid out in order (code_interval.h).
struct CodeInterval {
  Mass low = 0;
  Mass high = 0;
  Mass total = 0;  // 0: no interval, the draw used no code.

  // The ends, each the nearest double's quotient.
  double Low() const { return Ratio(low, total); }
  double High() const { return Ratio(high, total); }

  // Returns true if u lies in it, exactly. REQUIRES: 0 <= u < 1 (also below).
  bool Contains(double u) const;

  // The code point to go on with, in [0, 1). REQUIRES: Contains(u).
  double Next(double u) const;

  friend bool operator==(const CodeInterval&, const CodeInterval&) = default;
};

}  // namespace sampler

#endif  // SAMPLER_ARITHMETIC_MASS_H_

// The house exponential as straight-line code, for kernels that run it over
// blocks of a row. Everything else calls sampler::Exp (numeric.h), which is
// this function behind a call.
//
// Method: x = k ln 2 + r with |r| <= ln(2)/2, ln 2 split in a 40-bit head and
// a tail (so k * head is exact); e^r = 1 + (r + r^2 q(r)) with q the degree-9
// interpolant of (e^r - 1 - r)/r^2 at Chebyshev nodes. Largest relative error
// seen over 3 million points: 0.68 * 2^-52; proved (tests/proof/exp_*): below
// 0.9 * 2^-52.
//
// REQUIRES for ExpInNormalRange: -708 <= x <= 709 (the scaling by 2^k is one
// integer addition to the exponent field and must not leave the normal range).

#ifndef SAMPLER_ARITHMETIC_EXP_H_
#define SAMPLER_ARITHMETIC_EXP_H_

#include <bit>
#include <cstdint>

namespace sampler {

inline constexpr double kLog2E = 0x1.71547652b82fep+0;
inline constexpr double kLn2Head = 0x1.62e42fefa0000p-1;
inline constexpr double kLn2Tail = 0x1.cf79abc9e3b3ap-40;

inline constexpr double kExpCoefficients[10] = {
    0x1.0000000000000p-1,  0x1.5555555555556p-3,  0x1.5555555553d63p-5,
    0x1.11111111109b3p-7,  0x1.6c16c1788bd90p-10, 0x1.a01a01a7c41d5p-13,
    0x1.a019b90d2ae7ap-16, 0x1.71de0dae63bb3p-19, 0x1.289185613a3d6p-22,
    0x1.af38a9b0ec855p-26};

// Adding and subtracting this number rounds |x| < 2^51 to the nearest integer,
// ties to even, in any vector width.
inline constexpr double kRoundMagic = 0x1.8p52;

// e^r and k of the decomposition above.
struct ReducedExp {
  double mantissa;  // In (0.7, 1.42).
  double k;         // An integer.
  double k_biased;  // k + kRoundMagic, whose low bits are k as an integer.
};

inline ReducedExp ReduceExp(double x) {
  const double biased = x * kLog2E + kRoundMagic;
  const double k = biased - kRoundMagic;
  const double r = (x - k * kLn2Head) - k * kLn2Tail;
  double q = kExpCoefficients[9];
  for (int i = 8; i >= 0; --i) q = q * r + kExpCoefficients[i];
  return {1.0 + (r + (r * r) * q), k, biased};
}

inline double ExpInNormalRange(double x) {
  const ReducedExp e = ReduceExp(x);
  const std::uint64_t shift = std::bit_cast<std::uint64_t>(e.k_biased) << 52;
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(e.mantissa) +
                               shift);
}

}  // namespace sampler

#endif  // SAMPLER_ARITHMETIC_EXP_H_

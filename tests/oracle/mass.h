// Integer masses, and their comparison with a fraction.
//
// A mass is an exact sum of weights. A parameter is a double, that is exactly
// p = m * 2^-e, so p * S is a rational number and its ceiling and floor are
// exact integers:
//
//   Target(p, S) = ceil(m * S / 2^e)      Floor(p, S) = floor(m * S / 2^e)
//
// Contract: 0 <= p <= 1 and S <= 2^75 (m < 2^53, so m * S fits 128 bits).
// Tested by: tests/oracle/oracle_pieces_test.cc.
#ifndef SAMPLER_TESTS_ORACLE_MASS_H_
#define SAMPLER_TESTS_ORACLE_MASS_H_

#include <cmath>
#include <cstdint>

namespace oracle {

__extension__ typedef unsigned __int128 Mass;

struct Fraction {
  std::uint64_t m;
  int e;  // >= 0
};

inline Fraction ExactFraction(double p) {
  int exponent;
  const double mantissa = std::frexp(p, &exponent);  // 0, or [1/2, 1)
  Fraction f = {static_cast<std::uint64_t>(std::ldexp(mantissa, 53)),
                53 - exponent};
  while (f.m != 0 && f.m % 2 == 0 && f.e > 0) {
    f.m /= 2;
    f.e -= 1;
  }
  return f;
}

inline Mass Floor(double p, Mass total) {
  const Fraction f = ExactFraction(p);
  return f.e > 127 ? 0 : (f.m * total) >> f.e;
}

inline Mass Target(double p, Mass total) {
  const Fraction f = ExactFraction(p);
  const Mass product = f.m * total;
  if (f.e > 127) return product == 0 ? 0 : 1;
  const Mass floor = product >> f.e;
  return (floor << f.e) == product ? floor : floor + 1;
}

// To the nearest double, ties to even.
inline double ToDouble(Mass mass) {
  int shift = 0;
  Mass kept = mass;
  while (kept >> 53 != 0) {
    kept >>= 1;
    ++shift;
  }
  if (shift > 0) {
    const Mass rest = mass - (kept << shift);
    const Mass half = Mass{1} << (shift - 1);
    if (rest > half || (rest == half && kept % 2 == 1)) kept += 1;
  }
  return std::ldexp(static_cast<double>(static_cast<std::uint64_t>(kept)),
                    shift);
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_MASS_H_

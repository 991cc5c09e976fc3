// float32 functions as a C library gives them to a runtime that computes in
// float: the house function in double (numeric.h), rounded once.
//
// The double is within 2^-51, relative, so the float is the correctly rounded
// one except where the exact value lies closer than that to the middle between
// two floats (about one argument in 2^26). A C library's own functions are not
// always correctly rounded (glibc: up to 0.502 units in the last place, powf
// 0.52), and depend on its version and on the CPU's fused multiply-add: of all
// floats that glibc 2.36 is asked for, one in 12,000 (expf) or 5,000 (logf)
// comes out one unit away from these. That moves a probability by 2^-24 of
// itself.
//
// Thread-safety: pure functions.
// Tested by: tests/parity/float32_math_test.cc (against the C library: at most
//   one unit apart, and how often).

#ifndef SAMPLER_PARITY_FLOAT32_MATH_H_
#define SAMPLER_PARITY_FLOAT32_MATH_H_

namespace sampler::parity {

// e^x: 0 far below 0, +inf far above, NaN for NaN.
float Exp32(float x);

// ln x and log2 x: -inf for 0, NaN below. log2 of a power of two is exact.
float Log32(float x);
float Log2Of32(float x);

// base^exponent with the special cases of C's pow for base >= 0; NaN for a
// negative base, which a caller here always treats as out of range.
float Pow32(float base, float exponent);

// base^exponent by repeated multiplication in double. REQUIRES: exponent >= 0.
double PowerOf(float base, int exponent);

}  // namespace sampler::parity

#endif  // SAMPLER_PARITY_FLOAT32_MATH_H_

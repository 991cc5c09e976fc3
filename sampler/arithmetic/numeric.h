// The house functions: exp, log, their forms to base 2, pow and cos as one
// fixed sequence of IEEE 754 double operations each, so that every result of
// this library is the same on every CPU, compiler and C library. Never libm in
// anything that decides or is reported.
//
// Each operation is rounded separately: the library is compiled with
// -ffp-contract=off and without fast math, whatever the program around it is
// compiled with. The environment is IEEE 754's default: round to nearest, no
// flushing of subnormals.
// std::sqrt, which IEEE 754 rounds correctly, may be used beside these.
// The bounds are proved: tests/proof/claims.sollya adds up what others prove.
// Thread-safety: pure functions.
// Tested by: tests/arithmetic/numeric_test.cc (error bounds against long
// double, special values), house_functions_test.cc (golden bits, equality with
// the restatement in tests/oracle).

#ifndef SAMPLER_ARITHMETIC_NUMERIC_H_
#define SAMPLER_ARITHMETIC_NUMERIC_H_

namespace sampler {

// e^x. Relative error below 2^-51 for -708 <= x <= 709; Exp(0) = 1;
// Exp(x) = 0 for x < -745 and +inf for x > 709.78; NaN for NaN.
double Exp(double x);

// Natural logarithm of x >= 0, within 2^-51 relative.
// Log(1) = 0, Log(0) = -inf, Log(+inf) = +inf; NaN for x < 0 and for NaN.
double Log(double x);

// 2^x, exactly for integers x. Relative error below 2^-51 for -1022 <= x <=
// 1023; 0 for x <= -1075, +inf for x >= 1024; NaN for NaN.
double Exp2(double x);

// Logarithm to base 2, exactly for powers of two, within 2^-50 relative.
// Otherwise as Log.
double Log2(double x);

// base^exponent for base > 0, as Exp(exponent * Log(base)): the relative error
// is below (1.26 |exponent * Log(base)| + 1) 2^-51, if the result is a normal
// number, which schedules, dry, mirostat and skew can live with.
double Pow(double base, double exponent);

// cos(pi * f) for 0 <= f <= 1, within 2^-51; exactly 1, 0, -1 at 0, 1/2, 1.
double CosPi(double f);

// x, with -0 as +0: the numbers that are reported have one zero, whatever signs
// the zeros of a row have, and whichever of them an instruction set takes for
// the larger. NaN for NaN.
double WithOneZero(double x);

}  // namespace sampler

#endif  // SAMPLER_ARITHMETIC_NUMERIC_H_

// The house's exp, log, their forms to base 2, pow and cos, restated.
//
// One fixed sequence of double operations each, every one rounded separately
// (no FMA, no libm), so that any machine and the library under test get the
// same bits. The coefficients are data shared with the library; the code is
// not.
//
// Thread-safety: pure functions.
// Tested by: tests/oracle/oracle_pieces_test.cc.
#ifndef SAMPLER_TESTS_ORACLE_HOUSE_H_
#define SAMPLER_TESTS_ORACLE_HOUSE_H_

namespace oracle {

// e^x. NaN for NaN, 0 below -745, +inf above 709.78; E(0) = 1. Relative error
// below 2^-51 where the result is normal.
double E(double x);

// e^x for x <= 0 as a term of the sum behind reported log-probabilities: in
// steps of ln(2) / 8, 0 below -708. Relative error below 2^-52.
double SoftmaxTerm(double x);

// ln x for x >= 0; L(0) = -inf, L(1) = 0, L(+inf) = +inf.
double L(double x);

// 2^x = 2^k E(f ln 2), x = k + f with k the nearest integer.
double Exp2(double x);

// The logarithm to base 2 of finite x > 0.
double Log2(double x);

// a^b = E(b * L(a)) for a > 0.
double Pow(double a, double b);

// cos(pi * f) for f in [0, 1].
double CosPi(double f);

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_HOUSE_H_

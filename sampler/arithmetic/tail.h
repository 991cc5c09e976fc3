// How likely sums are to be as large as they are: the upper tails of a gamma, a
// binomial and a two-gamma law. They are the p-values of detectors.
//
//   LogGammaTail(a, x)        ln P(G >= x),       G ~ Gamma(a, scale 1)
//   LogBinomialTail(k, n, p)  ln P(X >= k),       X ~ Bin(n, p)
//   LogTwoGammasTail(n, a, s) ln P((1 - a) A + a B >= s),  A, B ~ Gamma(n, 1)
//
// Logarithms, because the tails of marked texts lie far below the smallest
// double. Made of the house's functions alone (numeric.h), so that a p-value
// has the same bits on every machine.
//
// Method: the logarithm of one term of the law by Stirling's series, without
// cancellation (Loader 2000), times the sum of its neighbours' ratios. The
// gamma tail is a series below a + 1 and Lentz's continued fraction above. Two
// gammas of different scales are a negative binomial mixture of gammas of the
// smaller scale (Moschopoulos 1985); every term is positive.
//
// Accuracy: the absolute error of a logarithm (the relative error of the tail)
//   is below 1e-9 for up to 10^6 terms (tried against 40 digits).
// Thread-safety: pure functions.
// Cost: O(sqrt(a)) and O(sqrt(n)); two gammas: see LogTwoGammasTail.
// Source: C. Loader, "Fast and accurate computation of binomial probabilities"
//   (2000); Numerical Recipes 6.2; P. Moschopoulos (1985).
// Tested by: tests/arithmetic/tail_test.cc.

#ifndef SAMPLER_ARITHMETIC_TAIL_H_
#define SAMPLER_ARITHMETIC_TAIL_H_

#include <cstdint>
#include <optional>

namespace sampler {

// REQUIRES: shape > 0, x >= 0.
double LogGammaTail(double shape, double x);

// 0 for k <= 0, -inf for k > n. REQUIRES: n >= 0, 0 < p < 1.
double LogBinomialTail(std::int64_t k, std::int64_t n, double p);

// Empty where the sum would have over 10^7 terms: where n / share, of the
// smaller of share and 1 - share, is above about 10^6. REQUIRES: n >= 1, 0 <=
// share <= 1, x >= 0. Cost: about (n + x) / share terms of two logarithms.
std::optional<double> LogTwoGammasTail(std::int64_t n, double share, double x);

}  // namespace sampler

#endif  // SAMPLER_ARITHMETIC_TAIL_H_

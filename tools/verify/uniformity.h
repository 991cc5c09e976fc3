// Are numbers in [0, 1] uniform? The Cramer-von Mises test, which RUT (arXiv
// 2506.06975) puts to the percentiles of tokens.
//
//   T = 1 / (12 n) + sum over i of ((2 i - 1) / (2 n) - u_(i))^2
//
// The p-value is that of the limit law of T (Anderson and Darling 1952), which
// is off by about 1 / (12 n).
//
// Thread-safety: pure functions.
// Tested by: tests/tools/verify/uniformity_test.cc, against published
//   quantiles and simulated samples.

#ifndef SAMPLER_TOOLS_VERIFY_UNIFORMITY_H_
#define SAMPLER_TOOLS_VERIFY_UNIFORMITY_H_

#include <vector>

namespace sampler::tools {

// T. NaN of no numbers.
double CramerVonMises(std::vector<double> numbers);

// P(T > t) in the limit: 1 for t <= 0.
double CramerVonMisesTail(double t);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_VERIFY_UNIFORMITY_H_

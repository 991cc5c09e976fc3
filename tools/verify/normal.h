// Logarithms of normal probabilities, far into the tails.
//
// Made of the house functions alone (numeric.h), so that a verdict is the same
// on every machine.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/verify/normal_test.cc, against erfc in long double.

#ifndef SAMPLER_TOOLS_VERIFY_NORMAL_H_
#define SAMPLER_TOOLS_VERIFY_NORMAL_H_

#include <limits>

namespace sampler::tools {

// -kInfinity is the logarithm of probability 0.
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

// ln P(N > x) of a standard normal N: within 1e-13 relative for |x| <= 1e100.
// 0 for x = -inf, -inf for x = +inf.
double LogNormalTail(double x);

// ln P(low < N < high). -inf unless low < high. Within 1e-12 relative, where
// the interval is not narrower than 1e-9.
double LogNormalBetween(double low, double high);

// ln(1 - e^x) for x <= 0; -inf for 0.
double LogOneMinusExp(double x);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_VERIFY_NORMAL_H_

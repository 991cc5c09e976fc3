// The part that one token has in a divergence of two distributions, and its
// ends where the two probabilities are ranges.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/compare/row_metrics_test.cc,
//   tests/tools/compare/list_bounds_test.cc.

#ifndef SAMPLER_TOOLS_COMPARE_DIVERGENCE_H_
#define SAMPLER_TOOLS_COMPARE_DIVERGENCE_H_

#include "tools/compare/range.h"

namespace sampler::tools {

inline constexpr double kLn2 = 0.693147180559945309417232121458176568;

// x ln(x / y) for logarithms that are known; 0 for x = 0.
inline double KlTerm(double x, double ln_x, double ln_y) {
  return x > 0 ? x * (ln_x - ln_y) : 0.0;
}

// Both sides' terms against their mean, halved: what a token adds to JS(p, q).
double JsTerm(double p, double ln_p, double q, double ln_q);

// The same without logarithms, which are computed.
double JsTerm(double p, double q);

// The ends of JsTerm and of a ln(a / b). a ln(a / 0) is infinite for a > 0.
Range JsTerm(const Range& a, const Range& b);
Range KlTerm(const Range& a, const Range& b);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_DIVERGENCE_H_

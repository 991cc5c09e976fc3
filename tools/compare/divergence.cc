#include "tools/compare/divergence.h"

#include <algorithm>
#include <limits>

#include "sampler/arithmetic/numeric.h"

namespace sampler::tools {
namespace {

// Close below 1 / e.
constexpr double kInverseE = 0.36787944117144233;

double KlOf(double a, double b) {
  if (a == 0) return 0.0;
  if (b == 0) return std::numeric_limits<double>::infinity();
  return a * Log(a / b);
}

}  // namespace

double JsTerm(double p, double ln_p, double q, double ln_q) {
  // Without a logarithm where there is no need: most tokens of a row that
  // one side leaves as it is, or that the other one cuts.
  if (p == q) return 0.0;
  if (p == 0 || q == 0) return 0.5 * kLn2 * (p + q);
  const double ln_mean = Log(0.5 * (p + q));
  return 0.5 * (KlTerm(p, ln_p, ln_mean) + KlTerm(q, ln_q, ln_mean));
}

double JsTerm(double p, double q) {
  return JsTerm(p, p > 0 ? Log(p) : 0.0, q, q > 0 ? Log(q) : 0.0);
}

// Convex in each argument, and 0 where they are equal: it grows with their
// distance.
Range JsTerm(const Range& a, const Range& b) {
  double low = 0.0;
  if (a.high < b.low) low = JsTerm(a.high, b.low);
  if (b.high < a.low) low = JsTerm(a.low, b.high);
  if (a.exact() && b.exact()) return {low, low};
  return {low, std::max(JsTerm(a.low, b.high), JsTerm(a.high, b.low))};
}

// Falls with b, is convex in a, and least at a = b / e.
Range KlTerm(const Range& a, const Range& b) {
  const double least = std::clamp(b.high * kInverseE, a.low, a.high);
  return {KlOf(least, b.high),
          std::max(KlOf(a.low, b.low), KlOf(a.high, b.low))};
}

}  // namespace sampler::tools

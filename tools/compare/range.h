// Both ends of a number that is not known exactly.
//
// Thread-safety: plain data.
// Tested by: tests/tools/compare/list_bounds_test.cc.

#ifndef SAMPLER_TOOLS_COMPARE_RANGE_H_
#define SAMPLER_TOOLS_COMPARE_RANGE_H_

#include <algorithm>
#include <cmath>
#include <limits>

namespace sampler::tools {

// REQUIRES: low <= high, or both NaN (nothing is known).
struct Range {
  double low = 0;
  double high = 0;

  bool exact() const { return low == high; }
};

// An end that is none, and a number of which nothing is known.
inline constexpr double kEndless = std::numeric_limits<double>::infinity();
inline constexpr Range kUnknown = {std::numeric_limits<double>::quiet_NaN(),
                                   std::numeric_limits<double>::quiet_NaN()};

inline Range Exactly(double x) { return {x, x}; }

inline Range operator+(const Range& a, const Range& b) {
  return {a.low + b.low, a.high + b.high};
}

// Of numbers that are not negative.
inline Range operator*(const Range& a, const Range& b) {
  return {a.low * b.low, a.high * b.high};
}

inline Range Times(double x, const Range& a) {
  return x < 0 ? Range{x * a.high, x * a.low} : Range{x * a.low, x * a.high};
}

// 1 - a.
inline Range Rest(const Range& a) { return {1.0 - a.high, 1.0 - a.low}; }

// |a - b|.
inline Range Distance(const Range& a, const Range& b) {
  return {std::max({0.0, a.low - b.high, b.low - a.high}),
          std::max(a.high - b.low, b.high - a.low)};
}

// Ends that differ by rounding alone are one number.
inline Range Settled(const Range& a) {
  constexpr double kRounding = 1e-12;
  const double width = a.high - a.low;
  const bool one = std::isfinite(a.high) &&
                   width <= kRounding * std::max(1.0, std::fabs(a.high));
  return one ? Exactly(0.5 * (a.low + a.high)) : a;
}

inline Range Within(const Range& a, double low, double high) {
  return {std::clamp(a.low, low, high), std::clamp(a.high, low, high)};
}

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_RANGE_H_

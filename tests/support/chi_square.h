// Pearson's chi-square for tests: the statistic with pooled tails, and the
// threshold that a stated false-alarm probability gives.

#ifndef SAMPLER_TESTS_SUPPORT_CHI_SQUARE_H_
#define SAMPLER_TESTS_SUPPORT_CHI_SQUARE_H_

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"

namespace sampler {

// z with P(N(0, 1) > z) = tail, by bisection.
inline double NormalQuantile(double tail) {
  double low = 0.0;
  double high = 40.0;
  for (int i = 0; i < 200; ++i) {
    const double middle = 0.5 * (low + high);
    (0.5 * std::erfc(middle / std::sqrt(2.0)) > tail ? low : high) = middle;
  }
  return high;
}

// The value a chi-square variable with that many degrees of freedom exceeds
// with probability `tail` (Wilson and Hilferty; good to a percent of `tail`'s
// exponent from 10 degrees on).
inline double ChiSquareQuantile(double degrees, double tail) {
  const double a = 2.0 / (9.0 * degrees);
  const double root = 1.0 - a + NormalQuantile(tail) * std::sqrt(a);
  return degrees * root * root * root;
}

struct ChiSquare {
  double statistic = 0.0;
  double degrees = 0.0;
};

// Neighbouring cells are pooled until each expectation is at least 10.
inline ChiSquare PooledChiSquare(const std::vector<double>& observed,
                                 const std::vector<double>& expected) {
  ChiSquare result;
  double o = 0.0;
  double e = 0.0;
  double last_o = 0.0;  // The latest full cell, which takes the remainder.
  double last_e = 0.0;
  const auto close = [&result](double count, double expectation) {
    if (expectation == 0.0) return;
    result.statistic +=
        (count - expectation) * (count - expectation) / expectation;
    result.degrees += 1.0;
  };
  for (std::size_t i = 0; i < observed.size(); ++i) {
    o += observed[i];
    e += expected[i];
    if (e < 10.0) continue;
    close(last_o, last_e);
    last_o = o;
    last_e = e;
    o = e = 0.0;
  }
  close(last_o + o, last_e + e);
  result.degrees -= 1.0;
  return result;
}

// Tells a fit with the results of the running test: --gtest_output=json:FILE.
inline void RecordFit(const std::string& what, const ChiSquare& fit,
                      double limit) {
  // Names of properties are written as they are.
  testing::Test::RecordProperty(
      absl::StrReplaceAll(what, {{"\"", ""}, {"\n", ""}}),
      absl::StrCat("chi-square ", fit.statistic, " on ", fit.degrees,
                   " degrees, limit ", limit));
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_CHI_SQUARE_H_

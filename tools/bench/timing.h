// Clocks, medians, and errors that end a measurement.

#ifndef SAMPLER_TOOLS_BENCH_TIMING_H_
#define SAMPLER_TOOLS_BENCH_TIMING_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace sampler::bench {

// The value, or an end with the error on stderr.
template <typename T>
T OrExit(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::cerr << value.status().message() << "\n";
  std::exit(1);
}

// Nanoseconds that `f` takes.
double Nanoseconds(auto f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double, std::nano>(
             std::chrono::steady_clock::now() - start)
      .count();
}

// What this part of the values does not exceed. REQUIRES: not empty; 0 <= part
// < 1.
inline double Quantile(std::vector<double> values, double part) {
  const auto place =
      values.begin() +
      static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size()));
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

// REQUIRES: not empty.
inline double Median(const std::vector<double>& values) {
  return Quantile(values, 0.5);
}

}  // namespace sampler::bench

#endif  // SAMPLER_TOOLS_BENCH_TIMING_H_

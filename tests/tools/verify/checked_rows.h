// Rows for a TokenChecker, and what its numbers are measured against.

#ifndef SAMPLER_TESTS_TOOLS_VERIFY_CHECKED_ROWS_H_
#define SAMPLER_TESTS_TOOLS_VERIFY_CHECKED_ROWS_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "sampler/sequence.h"
#include "tests/support/pipelines.h"

namespace sampler::tools {

inline constexpr std::size_t kSize = 24;

// Of few different logits.
inline std::vector<float> RandomLogits(std::mt19937_64& random) {
  std::vector<float> row(kSize);
  for (float& v : row) v = static_cast<float>(random() % 64) / 8.0F - 4.0F;
  return row;
}

// Two prompt tokens, two output tokens, stream 2.
inline Sequence SequenceOf(std::uint64_t seed) {
  return MakeSequence(kSize, {3, 1}, {2, 7}, seed, /*stream=*/2);
}

// Probabilities of the tokens that a cut by rank leaves, at temperature T.
inline std::vector<long double> Kept(const std::vector<float>& row,
                                     long double t, std::size_t k) {
  std::vector<std::size_t> order(row.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return row[a] > row[b]; });
  order.resize(std::min(k, order.size()));
  std::vector<long double> p(row.size(), 0.0L);
  long double sum = 0.0L;
  for (const std::size_t i : order) sum += p[i] = std::exp(row[i] / t);
  for (long double& x : p) x /= sum;
  return p;
}

// ln of the chance that a normal deviate lies in [low, high).
inline long double LogNormal(long double low, long double high) {
  const auto tail = [](long double x) {
    return 0.5L * std::erfc(x / std::sqrt(2.0L));
  };
  return low >= 0.0L ? std::log(tail(low) - tail(high))
                     : std::log(tail(-high) - tail(-low));
}

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_VERIFY_CHECKED_ROWS_H_

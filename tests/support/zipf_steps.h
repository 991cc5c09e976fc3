// Steps over random rows of 1,000 tokens, for the stages with a memory.

#ifndef SAMPLER_TESTS_SUPPORT_ZIPF_STEPS_H_
#define SAMPLER_TESTS_SUPPORT_ZIPF_STEPS_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "tests/support/pipelines.h"

namespace sampler {

inline constexpr std::int64_t kSize = 1000;

// Log-probabilities of about Zipf's law, shuffled by a rotation.
inline std::vector<double> ZipfRow(std::mt19937_64& random) {
  std::vector<double> row(kSize);
  const double exponent = 0.8 + static_cast<double>(random() % 1000) / 1000.0;
  const std::size_t start = random() % kSize;
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[(start + i) % kSize] = -exponent * Log(static_cast<double>(i + 1));
  }
  return row;
}

inline Token Step(const Pipeline& pipeline, const std::vector<double>& row,
                  const Sequence& s, Workspace& workspace) {
  return pipeline.Sample(absl::Span<const double>(row), s, workspace);
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_ZIPF_STEPS_H_

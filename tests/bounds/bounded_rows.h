// Rows for tests of bounds.

#ifndef SAMPLER_TESTS_BOUNDS_BOUNDED_ROWS_H_
#define SAMPLER_TESTS_BOUNDS_BOUNDED_ROWS_H_

#include <cstddef>
#include <iterator>
#include <random>
#include <vector>

#include "sampler/bounds/tuning.h"
#include "tests/support/rows.h"

namespace sampler {

// Small enough to be many, large enough for bounds.
inline std::vector<float> RandomBoundedRow(std::mt19937_64& random) {
  // Now and then so large that a nucleus goes beyond its head and a sample.
  const std::size_t more = random() % 10 == 0 ? 8000 : 300;
  const std::size_t size = tuning::kFewCandidates + 1 + random() % more;
  const RowKind kind = kAllRowKinds[random() % std::size(kAllRowKinds)];
  return MakeRow(kind, size, random());
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_BOUNDS_BOUNDED_ROWS_H_

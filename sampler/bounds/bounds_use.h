// Whether decisions about mass are tried by bounds before exact sums decide
// (bounds/README.md). No answer depends on it: for tests, which compare both
// ways, and for benchmarks.
//
// Plain values.
// Tested by: tests/bounds/mass_bounds_test.cc.

#ifndef SAMPLER_BOUNDS_BOUNDS_USE_H_
#define SAMPLER_BOUNDS_BOUNDS_USE_H_

#include <cstdint>

namespace sampler {

// Are decisions tried by bounds, or left to the exact sums?
enum class BoundsUse : int { kTry, kNever };

// How many decisions bounds have settled, and how many they were tried on in
// vain.
struct BoundsTally {
  std::int64_t settled = 0;
  std::int64_t undecided = 0;
};

}  // namespace sampler

#endif  // SAMPLER_BOUNDS_BOUNDS_USE_H_

// The floor that sampling is measured against: one pass that reads a row for
// its maximum, with the widest vectors the machine has, and does nothing else.

#ifndef SAMPLER_TOOLS_BENCH_MAX_READ_H_
#define SAMPLER_TOOLS_BENCH_MAX_READ_H_

#include <cstddef>

namespace sampler {

// Largest of `count` values. REQUIRES: count is a multiple of 64.
float MaxRead(const float* values, std::size_t count);

}  // namespace sampler

#endif  // SAMPLER_TOOLS_BENCH_MAX_READ_H_

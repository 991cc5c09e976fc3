// Allocations that fail: the n-th call of the global operator new in a program
// that links failing_allocations.cc, or all from the n-th on.
//
// Thread-safety: one thread at a time.

#ifndef SAMPLER_TESTS_FAULTS_FAILING_ALLOCATIONS_H_
#define SAMPLER_TESTS_FAULTS_FAILING_ALLOCATIONS_H_

#include <cstdint>

namespace sampler::faults {

enum class Failing { kOnce, kFromThereOn };

// While it lives, allocations are counted, and those that it says fail.
class FailingAllocations {
 public:
  // `first` is the number of the first that fails, from 1.
  FailingAllocations(std::int64_t first, Failing how);
  FailingAllocations(const FailingAllocations&) = delete;
  FailingAllocations& operator=(const FailingAllocations&) = delete;
  ~FailingAllocations();

  // Has one failed so far?
  bool happened() const;
};

// Blocks that were allocated and are not yet freed.
std::int64_t LiveBlocks();

}  // namespace sampler::faults

#endif  // SAMPLER_TESTS_FAULTS_FAILING_ALLOCATIONS_H_

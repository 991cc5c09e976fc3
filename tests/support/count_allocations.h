// Counts calls of the global operator new in the binary that links
// count_allocations.cc.

#ifndef SAMPLER_TESTS_SUPPORT_COUNT_ALLOCATIONS_H_
#define SAMPLER_TESTS_SUPPORT_COUNT_ALLOCATIONS_H_

namespace sampler {

// Allocations so far, by all threads.
int AllocationCount();

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_COUNT_ALLOCATIONS_H_

// Runs something with its first allocation failing, then with its second, and
// so on until it runs through.

#ifndef SAMPLER_TESTS_FAULTS_EVERY_ALLOCATION_H_
#define SAMPLER_TESTS_FAULTS_EVERY_ALLOCATION_H_

#include <cstdint>
#include <iostream>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "tests/faults/failing_allocations.h"
#include "tests/support/test_share.h"

namespace sampler::faults {

// Of a share of the cases every n-th, in strides that meet each residue.
inline std::int64_t Stride() {
  const std::int64_t stride = 100 / Share(100);
  return stride % 2 == 0 ? stride + 1 : stride;
}

// Calls run(n) for n = 1, 2, ... until it returns false: nothing failed any
// more. Prints how many allocations failed.
template <typename Run>
void ForEveryAllocation(const std::string& what, Run run) {
  std::int64_t n = 1;
  std::int64_t failures = 0;
  while (run(n) && !testing::Test::HasFailure()) {
    ++failures;
    n += Stride();
  }
  std::cout << what << ": " << failures << " allocations failed\n";
  EXPECT_GT(failures, 0) << what;
}

// Calls `body` while the n-th allocation fails (or all from there on). Returns
// what it answered; empty if it threw std::bad_alloc.
template <typename Body>
auto WithFailure(std::int64_t n, Failing how, bool& happened, Body body)
    -> std::optional<decltype(body())> {
  std::optional<decltype(body())> answer;
  const FailingAllocations failing(n, how);
  try {
    answer.emplace(body());
  } catch (const std::bad_alloc&) {
  }
  happened = failing.happened();
  return answer;
}

// Every allocation of `body` fails: it throws std::bad_alloc and leaves nothing
// behind, or it answers as if nothing had failed.
template <typename Body>
void ExpectAllOrNothing(const std::string& what, Body body) {
  const auto expected = body();  // Also makes what is made once.
  for (const Failing how : {Failing::kOnce, Failing::kFromThereOn}) {
    ForEveryAllocation(what, [&](std::int64_t n) {
      const std::int64_t live = LiveBlocks();
      bool happened = false;
      auto answer = WithFailure(n, how, happened, body);
      if (answer.has_value()) {
        EXPECT_EQ(*answer, expected) << what << ", allocation " << n;
      }
      answer.reset();
      EXPECT_EQ(LiveBlocks(), live)
          << what << " keeps memory, allocation " << n;
      return happened;
    });
  }
}

}  // namespace sampler::faults

#endif  // SAMPLER_TESTS_FAULTS_EVERY_ALLOCATION_H_

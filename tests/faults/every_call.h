// Runs something with its first call of a file faulty, then with its second,
// and so on until none is.

#ifndef SAMPLER_TESTS_FAULTS_EVERY_CALL_H_
#define SAMPLER_TESTS_FAULTS_EVERY_CALL_H_

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/faults/failing_calls.h"
#include "tests/support/test_share.h"

namespace sampler::faults {

struct Fault {
  CallFault how;
  int error;
};

// Faults that calls may report: the first two of a share of the cases.
inline std::vector<Fault> Errors() {
  std::vector<Fault> errors = {{CallFault::kError, EIO},
                               {CallFault::kFullDisk, ENOSPC},
                               {CallFault::kError, EINVAL},
                               {CallFault::kError, ENOENT}};
  errors.resize(static_cast<std::size_t>(std::max(2, Share(4))));
  return errors;
}

// And those that they must make good.
inline constexpr Fault kNuisances[] = {{CallFault::kInterruption, EINTR},
                                       {CallFault::kShortCount, 0}};

inline std::size_t OpenDescriptors() {
  std::size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/self/fd")) {
    count += entry.path().empty() ? 0 : 1;
  }
  return count;
}

// Calls run(faulty) with the first call faulty, then with the second, ... until
// none is any more. `run` arms the fault itself, around what it tests, and
// returns the name of the call; "" where none was faulty.
inline void ForEveryCall(
    const std::string& what, const Fault& fault,
    const std::function<std::string(std::int64_t n)>& run) {
  std::map<std::string, int> counts;
  for (std::int64_t n = 1; !testing::Test::HasFailure(); ++n) {
    const std::size_t open = OpenDescriptors();
    const std::string call = run(n);
    EXPECT_EQ(OpenDescriptors(), open)
        << what << ", call " << n << ", " << call << ": left open";
    if (call.empty()) break;
    ++counts[call];
  }
  std::cout << what << ", error " << fault.error << ":";
  for (const auto& [call, count] : counts) {
    std::cout << " " << call << " " << count;
  }
  std::cout << "\n";
  EXPECT_FALSE(counts.empty()) << what << ", error " << fault.error;
}

}  // namespace sampler::faults

#endif  // SAMPLER_TESTS_FAULTS_EVERY_CALL_H_

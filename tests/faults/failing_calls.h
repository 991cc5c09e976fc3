// System calls of files that fail, in a program that is linked with the options
// of CMakeLists.txt (--wrap): the n-th call fails, or is interrupted, or does a
// part of its work, or is never reached, as systems may.
//
// Thread-safety: one thread at a time.

#ifndef SAMPLER_TESTS_FAULTS_FAILING_CALLS_H_
#define SAMPLER_TESTS_FAULTS_FAILING_CALLS_H_

#include <cerrno>
#include <cstdint>
#include <string>

namespace sampler::faults {

enum class CallFault {
  kError,         // The n-th call fails with the error, and does nothing.
  kFullDisk,      // From the n-th on, whatever writes or creates fails so.
  kInterruption,  // Where calls may be interrupted, the n-th is, once.
  kShortCount,    // The n-th read or write moves one byte.
  kKill           // Before the n-th call, SIGKILL ends the process.
};

// While it lives, calls are counted, and the one that it says is faulty.
class FailingCalls {
 public:
  FailingCalls(std::int64_t nth, CallFault fault, int error = EIO);
  FailingCalls(const FailingCalls&) = delete;
  FailingCalls& operator=(const FailingCalls&) = delete;
  ~FailingCalls();

  // The name of the call that was faulty first; "" if there was none so far.
  std::string happened() const;
};

}  // namespace sampler::faults

#endif  // SAMPLER_TESTS_FAULTS_FAILING_CALLS_H_

// Ctrl-C (SIGINT) as a request to come to an end.
//
// While an Interruptible lives, the first SIGINT only leaves a note: the loops
// over rows see it, end after the rows they are at, and the command reports
// those rows as a whole and valid answer that says what it is of. A second
// SIGINT ends the process at once, and so does the first where no Interruptible
// lives. The process then still ends by the signal (process.h), as shells and
// scripts expect.
//
// Thread-safety: Interrupted from any thread; the rest from the main one.
// Tested by: tests/tools/process/interrupt_test.cc.

#ifndef SAMPLER_TOOLS_PROCESS_INTERRUPT_H_
#define SAMPLER_TOOLS_PROCESS_INTERRUPT_H_

#include <cstdint>
#include <string>

namespace sampler::tools {

class Interruptible {
 public:
  Interruptible();
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;
};

// Returns true if the process was asked to end.
bool Interrupted();

// For the handler of SIGINT: takes note of it, and returns whether the process
// may go on. Async-signal-safe.
bool NoteInterrupt();

// "interrupted: 17 of 2,000 rows were answered".
std::string InterruptedText(std::int64_t done, std::int64_t wanted);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_PROCESS_INTERRUPT_H_

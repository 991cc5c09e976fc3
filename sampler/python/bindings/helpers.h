// Threads that stand by between the batches of one set of workspaces: starting
// them anew for each batch costs more than a short batch itself.
//
//   Helpers helpers;
//   SampleBatch(rows, tokens, workspaces,
//               [&](std::size_t n, auto task) { helpers.Run(n, task); });
//
// They look for the next batch for some 100 us and then sleep, take no signals,
// and never hold the GIL.
// A process that is forked has none of them: what the parent used is given up
// there by `Forsake`, and others are started when they are wanted.
//
// Thread-safety: one thread at a time.
// Tested by: tests/python/test_threads.py, tests/python/test_processes.py.

#ifndef SAMPLER_PYTHON_BINDINGS_HELPERS_H_
#define SAMPLER_PYTHON_BINDINGS_HELPERS_H_

#include <cstddef>
#include <memory>

#include "absl/functional/function_ref.h"

namespace sampler::python {

class Helpers {
 public:
  using Task = absl::FunctionRef<void(std::size_t worker)>;

  Helpers();
  ~Helpers();
  Helpers(const Helpers&) = delete;
  Helpers& operator=(const Helpers&) = delete;

  // Calls task(worker) once for every worker in [0, workers), each on a thread
  // of its own; the first, and those for which the system has no thread, on
  // this one. Returns when all calls have. REQUIRES: task does not throw.
  void Run(std::size_t workers, Task task);

  // In the child of a fork: leaves behind threads that do not exist there.
  void Forsake();

 private:
  struct Crew;
  std::unique_ptr<Crew> crew_;
};

}  // namespace sampler::python

#endif  // SAMPLER_PYTHON_BINDINGS_HELPERS_H_

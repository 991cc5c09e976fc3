// The workspaces of the module, and the threads that work with them: a call
// takes as many as it has threads, and gives them back grown, so that no step
// allocates and no thread is started. There are as many as calls have ever run
// at the same time.
//
// Thread-safety: from any number of threads; a process may fork meanwhile.
// Tested by: tests/python/test_threads.py, tests/python/test_processes.py.

#ifndef SAMPLER_PYTHON_BINDINGS_WORKSPACES_H_
#define SAMPLER_PYTHON_BINDINGS_WORKSPACES_H_

#include <cstddef>
#include <memory>

#include "absl/types/span.h"
#include "sampler/logprobs.h"
#include "sampler/python/bindings/helpers.h"
#include "sampler/workspace.h"

namespace sampler::python {

class Workspaces {
 public:
  // As many of each as there are threads.
  explicit Workspaces(std::size_t count);
  Workspaces(const Workspaces&) = delete;
  Workspaces& operator=(const Workspaces&) = delete;
  ~Workspaces();

  Workspace& front();
  absl::Span<Workspace> all();
  absl::Span<LogprobReporter> reporters();
  Helpers& helpers();

 private:
  struct Kit;
  struct Pool;

  std::size_t count_;
  std::unique_ptr<Kit> kit_;  // Of as many or more.
};

}  // namespace sampler::python

#endif  // SAMPLER_PYTHON_BINDINGS_WORKSPACES_H_

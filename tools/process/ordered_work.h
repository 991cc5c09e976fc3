// Items that are read in order, worked on by several threads, and written in
// order.
//
// The calling thread works too. Threads that the system cannot start (a limit
// of processes, no room for a stack) are done without: with none of them the
// calling thread does it all, with the same results.
//
// Thread-safety: `read` and `write` are called by one thread at a time, `work`
//   by all, each with its own `worker` from 0 to threads - 1.
// Cost: a lock taken three times an item; at most 2 * threads items at a time.
// Tested by: tests/tools/process/ordered_work_test.cc.

#ifndef SAMPLER_TOOLS_PROCESS_ORDERED_WORK_H_
#define SAMPLER_TOOLS_PROCESS_ORDERED_WORK_H_

#include <functional>
#include <memory>

namespace sampler::tools {

// What passes from one step to the next.
class WorkItem {
 public:
  virtual ~WorkItem() = default;
};

struct OrderedWork {
  // The next item; null at the end.
  std::function<std::unique_ptr<WorkItem>()> read;
  std::function<void(WorkItem& item, int worker)> work;
  std::function<void(WorkItem& item)> write;
};

// Returns when all items are written. What a step throws is thrown on, when all
// threads have ended. REQUIRES: threads >= 1.
void RunInOrder(const OrderedWork& steps, int threads);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_PROCESS_ORDERED_WORK_H_

// The scratch memory of steps, and who has it when.
//
// A step needs a Work: large (sampler/workspace.h says how large), useful to
// any sequence, and of no meaning once the step is over, but for what a caller
// asks about it until the next one. So sequences own none. A caller hands one
// in as a sampler_workspace; calls without one borrow from a store, which makes
// as many as such calls run at the same time. The store lives as long as a
// sequence does.
//
// Thread-safety: WorkStore from any number of threads; a Work by whoever holds
//   it.
// Cost: a lock and a pointer for every loan.
// Tested by: tests/c/c_workspace_test.c.

#ifndef SAMPLER_C_WORK_H_
#define SAMPLER_C_WORK_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "sampler/distribution.h"
#include "sampler/logprobs.h"
#include "sampler/workspace.h"

namespace sampler::c {

// Whose a Work is, and so who says that it is free.
enum class WorkOwner { kStore, kCaller };

struct Work {
  explicit Work(WorkOwner whose) : owner(whose) {}

  const WorkOwner owner;
  mutable std::atomic_flag busy = {};  // Of one of a caller's.
  Workspace workspace = {};
  LogprobReporter reporter = {};
  // What the last step left, and how many steps there were: a sequence whose
  // step was that one finds its distribution here.
  std::optional<Distribution> distribution = {};
  std::uint64_t steps = 0;
};

class WorkStore {
 public:
  // The store of all sequences that are alive.
  static std::shared_ptr<WorkStore> Shared();

  // A Work that nobody else has: `wanted` if that is at hand, else any.
  // `wanted` may be null.
  std::shared_ptr<Work> Take(const Work* wanted);
  void Return(std::shared_ptr<Work> work);

 private:
  std::mutex mutex_;
  std::size_t made_ = 0;
  std::vector<std::shared_ptr<Work>> idle_;  // Has room for all that were made.
};

// A Work of a store for the time of a call.
class Loan {
 public:
  explicit Loan(WorkStore& store, const Work* wanted = nullptr)
      : store_(store), work_(store.Take(wanted)) {}
  Loan(const Loan&) = delete;
  Loan& operator=(const Loan&) = delete;
  ~Loan() { store_.Return(std::move(work_)); }

  const std::shared_ptr<Work>& work() const { return work_; }

 private:
  WorkStore& store_;
  std::shared_ptr<Work> work_;
};

}  // namespace sampler::c

#endif  // SAMPLER_C_WORK_H_

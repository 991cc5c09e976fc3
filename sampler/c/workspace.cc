// Workspaces of the C interface, and the store that calls without one borrow
// from.

#include <utility>

#include "sampler/c/guard.h"
#include "sampler/c/handles.h"
#include "sampler/c/sampler.h"
#include "sampler/c/work.h"

namespace sampler::c {

std::shared_ptr<WorkStore> WorkStore::Shared() {
  // Never destroyed: sequences may outlive the end of main.
  static std::mutex& mutex = *new std::mutex;
  static std::weak_ptr<WorkStore>& shared = *new std::weak_ptr<WorkStore>;
  const std::lock_guard<std::mutex> lock(mutex);
  std::shared_ptr<WorkStore> store = shared.lock();
  if (store == nullptr) {
    store = std::make_shared<WorkStore>();
    shared = store;
  }
  return store;
}

std::shared_ptr<Work> WorkStore::Take(const Work* wanted) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (idle_.empty()) {
    // Room for its return, which must not fail.
    idle_.reserve(++made_);
    return std::make_shared<Work>(WorkOwner::kStore);
  }
  for (std::shared_ptr<Work>& idle : idle_) {
    if (idle.get() == wanted) std::swap(idle, idle_.back());
  }
  std::shared_ptr<Work> work = std::move(idle_.back());
  idle_.pop_back();
  return work;
}

void WorkStore::Return(std::shared_ptr<Work> work) {
  const std::lock_guard<std::mutex> lock(mutex_);
  idle_.push_back(std::move(work));
}

}  // namespace sampler::c

extern "C" {

sampler_status sampler_workspace_create(sampler_workspace** workspace,
                                        sampler_error* error) {
  return sampler::c::Guarded(error, [&] {
    if (workspace == nullptr) {
      return sampler::c::Invalid(error, "workspace: got NULL");
    }
    *workspace = new sampler_workspace;
    return SAMPLER_OK;
  });
}

void sampler_workspace_free(sampler_workspace* workspace) { delete workspace; }

}  // extern "C"

#include "sampler/python/bindings/workspaces.h"

#include <pthread.h>

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace sampler::python {

struct Workspaces::Kit {
  explicit Kit(std::size_t count) : workspaces(count), reporters(count) {}
  std::vector<Workspace> workspaces;
  std::vector<LogprobReporter> reporters;
  Helpers helpers = {};
};

struct Workspaces::Pool {
  std::mutex mutex;
  std::vector<std::unique_ptr<Kit>> kits;

  // Never destroyed: threads of a dying interpreter may still give back theirs.
  static Pool& Get() {
    static Pool& pool = *Make();
    return pool;
  }

 private:
  // In the child, which has none of the helpers.
  void Forsake() {
    for (const std::unique_ptr<Kit>& kit : kits) kit->helpers.Forsake();
    mutex.unlock();
  }

  // A fork, by another thread than one that is inside, must not leave the
  // mutex of the child locked for ever: multiprocessing forks.
  static Pool* Make() {
    pthread_atfork([] { Get().mutex.lock(); }, [] { Get().mutex.unlock(); },
                   [] { Get().Forsake(); });
    return new Pool;
  }
};

Workspaces::Workspaces(std::size_t count) : count_(count) {
  {
    Pool& pool = Pool::Get();
    const std::lock_guard<std::mutex> lock(pool.mutex);
    const auto fits = std::find_if(
        pool.kits.begin(), pool.kits.end(),
        [&](const auto& kit) { return kit->workspaces.size() >= count; });
    if (fits != pool.kits.end()) {
      kit_ = std::move(*fits);
      pool.kits.erase(fits);
    }
  }
  if (kit_ == nullptr) kit_ = std::make_unique<Kit>(count);
}

Workspaces::~Workspaces() {
  Pool& pool = Pool::Get();
  const std::lock_guard<std::mutex> lock(pool.mutex);
  pool.kits.push_back(std::move(kit_));
}

Workspace& Workspaces::front() { return kit_->workspaces.front(); }

absl::Span<Workspace> Workspaces::all() {
  return absl::MakeSpan(kit_->workspaces).first(count_);
}

Helpers& Workspaces::helpers() { return kit_->helpers; }

absl::Span<LogprobReporter> Workspaces::reporters() {
  return absl::MakeSpan(kit_->reporters).first(count_);
}

}  // namespace sampler::python

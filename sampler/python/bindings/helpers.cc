#include "sampler/python/bindings/helpers.h"

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace sampler::python {
namespace {

// Waits until `number` is another one than `from`, with looks at it before a
// sleep: some 100 us of a processor that nobody else wants. To be woken takes
// tens of microseconds, as long as a short batch.
void WaitFor(const std::atomic<std::uint32_t>& number, std::uint32_t from) {
  constexpr int kLooks = 500;
  for (int look = 0; look < kLooks && number == from; ++look) {
    std::this_thread::yield();
  }
  number.wait(from);
}

// For a while: what threads that start now inherit. Handlers of signals belong
// to the threads of the program.
class NoSignals {
 public:
  NoSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~NoSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

struct Helpers::Crew {
  // One thread, and the number of the round that it is called to.
  struct Helper {
    std::atomic<std::uint32_t> round = 0;
    std::thread thread;
  };

  // As many helpers as that, or as the system has threads.
  void Grow(std::size_t count) {
    if (helpers.size() >= count) return;
    const NoSignals guard;
    try {
      while (helpers.size() < count) {
        auto helper = std::make_unique<Helper>();
        helper->thread =
            std::thread([this, &self = *helper, worker = helpers.size() + 1] {
              Serve(self, worker);
            });
        helpers.push_back(std::move(helper));
      }
    } catch (const std::system_error&) {
      // The rest is done by the caller.
    }
  }

  void Serve(Helper& self, std::size_t worker) {
    for (std::uint32_t seen = 0;;) {
      WaitFor(self.round, seen);
      seen = self.round;
      if (task == nullptr) return;
      (*task)(worker);
      if (--busy == 0) busy.notify_one();
    }
  }

  // Calls the first `count` of them.
  void Begin(const Task* of_this_round, std::size_t count) {
    task = of_this_round;
    busy = static_cast<std::uint32_t>(count);
    for (std::size_t i = 0; i < count; ++i) {
      ++helpers[i]->round;
      helpers[i]->round.notify_one();
    }
  }

  void Wait() {
    for (std::uint32_t left = busy; left != 0; left = busy) WaitFor(busy, left);
  }

  std::vector<std::unique_ptr<Helper>> helpers;
  const Task* task = nullptr;  // Of this round; null: the end.
  std::atomic<std::uint32_t> busy = 0;
};

Helpers::Helpers() : crew_(std::make_unique<Crew>()) {}

Helpers::~Helpers() {
  crew_->Begin(nullptr, crew_->helpers.size());
  for (const auto& helper : crew_->helpers) helper->thread.join();
}

void Helpers::Run(std::size_t workers, Task task) {
  if (workers == 0) return;
  crew_->Grow(workers - 1);
  const std::size_t helping = std::min(workers - 1, crew_->helpers.size());
  crew_->Begin(&task, helping);
  task(0);
  for (std::size_t i = helping + 1; i < workers; ++i) task(i);
  crew_->Wait();
}

void Helpers::Forsake() {
  // Its destructor would wait for them.
  (void)crew_.release();  // NOLINT(bugprone-unused-return-value)
  crew_ = std::make_unique<Crew>();
}

}  // namespace sampler::python

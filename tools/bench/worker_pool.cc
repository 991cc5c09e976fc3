#include "tools/bench/worker_pool.h"

namespace sampler::bench {

WorkerPool::WorkerPool(std::size_t workers) {
  for (std::size_t worker = 1; worker < workers; ++worker) {
    threads_.emplace_back([this, worker] { Serve(worker); });
  }
}

WorkerPool::~WorkerPool() {
  task_ = nullptr;
  ++round_;
  round_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::RunAndWait(std::size_t workers, Task task) {
  task_ = &task;
  workers_ = workers;
  busy_ = threads_.size();
  ++round_;
  round_.notify_all();
  task(0);
  // The others end within a row's time: not worth a sleep.
  while (busy_ != 0) std::this_thread::yield();
}

void WorkerPool::Serve(std::size_t worker) {
  for (std::uint64_t round = 0;;) {
    round_.wait(round);
    round = round_;
    if (task_ == nullptr) return;
    if (worker < workers_) (*task_)(worker);
    --busy_;
  }
}

}  // namespace sampler::bench

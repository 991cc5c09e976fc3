// Threads that stand by between batches, as a serving loop has them: starting
// threads for every batch costs more than a short batch itself.

#ifndef SAMPLER_TOOLS_BENCH_WORKER_POOL_H_
#define SAMPLER_TOOLS_BENCH_WORKER_POOL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"

namespace sampler::bench {

class WorkerPool {
 public:
  using Task = absl::FunctionRef<void(std::size_t worker)>;

  // The thread that calls RunAndWait is one of them. REQUIRES: workers >= 1.
  explicit WorkerPool(std::size_t workers);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  std::size_t size() const { return threads_.size() + 1; }

  // Calls task(worker) once for every worker in [0, workers), and returns when
  // all calls have returned: the executor of SampleBatch. REQUIRES: workers <=
  // size().
  void RunAndWait(std::size_t workers, Task task);

 private:
  void Serve(std::size_t worker);

  std::vector<std::thread> threads_;
  const Task* task_ = nullptr;  // Of this round; null: the end.
  std::size_t workers_ = 0;
  std::atomic<std::uint64_t> round_ = 0;
  std::atomic<std::size_t> busy_ = 0;
};

}  // namespace sampler::bench

#endif  // SAMPLER_TOOLS_BENCH_WORKER_POOL_H_

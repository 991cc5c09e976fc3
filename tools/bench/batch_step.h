// One step of many sequences at once (sampler/batch.h), timed, beside a plain
// read of as many rows by the same threads.

#ifndef SAMPLER_TOOLS_BENCH_BATCH_STEP_H_
#define SAMPLER_TOOLS_BENCH_BATCH_STEP_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sampler/batch.h"
#include "tools/bench/chains.h"
#include "tools/bench/row_set.h"
#include "tools/bench/worker_pool.h"

namespace sampler::bench {

class BatchStep {
 public:
  static constexpr std::size_t kRows = 64;

  // Exits with a message where the chain is not a valid config.
  BatchStep(const Chain& chain, std::int64_t vocabulary_size,
            std::size_t threads);

  // Nanoseconds a row of a batch of the next kRows rows, another draw of each
  // every time. Exits with a message if a step fails.
  double Time(RowSet& rows);

  // The same of reading the next kRows rows, in f32, for their maxima.
  double TimeOfFloor(RowSet& rows);

 private:
  Pipeline pipeline_;
  Sequence sequence_;
  std::uint32_t stream_ = 0;
  std::vector<Sequence> forks_;
  std::vector<Token> tokens_;
  std::vector<Workspace> workspaces_;
  WorkerPool pool_;
};

}  // namespace sampler::bench

#endif  // SAMPLER_TOOLS_BENCH_BATCH_STEP_H_

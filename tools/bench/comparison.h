// Chains timed beside the floor and beside a peer, in runs that take turns.

#ifndef SAMPLER_TOOLS_BENCH_COMPARISON_H_
#define SAMPLER_TOOLS_BENCH_COMPARISON_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tools/bench/chains.h"

namespace sampler::bench {

// Nanoseconds by run, each the median of that run's samples.
struct Result {
  const Chain* chain;
  std::int64_t size;
  std::string rows;          // A shape, or "nucleus".
  std::int64_t nucleus = 0;  // How many tokens hold 95 %, for "nucleus".
  std::vector<double> floor = {};
  std::vector<double> ours = {};
  std::vector<double> peer = {};  // Empty: there is none.
};

struct Effort {
  int runs = 5;
  double seconds = 0.1;  // At least, per chain and run.
};

// Times every chain on the same rows, run by run, so that what slows a machine
// down for a while hits all of them. Within a run the floor, the chain and its
// peer take turns, on rows that rotate through L3-sized memory. Each call after
// another program's turn is not counted: the caches are the other's.
std::vector<Result> Compare(const std::vector<const Chain*>& chains,
                            const std::vector<std::vector<float>>& rows,
                            const std::string& rows_name, const Effort& effort);

}  // namespace sampler::bench

#endif  // SAMPLER_TOOLS_BENCH_COMPARISON_H_

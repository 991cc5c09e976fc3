// What is measured: chains people run, with what they may cost, and every stage
// of the registry in a chain of its own.

#ifndef SAMPLER_TOOLS_BENCH_CHAINS_H_
#define SAMPLER_TOOLS_BENCH_CHAINS_H_

#include <cstddef>
#include <string>
#include <vector>

namespace sampler::bench {

struct Chain {
  std::string name;    // As in filters and files of results.
  std::string label;   // For people.
  std::string stages;  // As in a config, comma-separated.
  // What is timed: the step, or, after it, a report of the drawn token and of
  // the likeliest `logprobs` tokens, of the row as it came or of what the chain
  // left.
  enum class Timed { kStep, kRawReport, kProcessedReport };
  Timed timed = Timed::kStep;
  std::size_t logprobs = 0;
  bool batched = false;  // Is it measured in batches too?
  // Goals: at most so many reads of the row (flat rows have their own where it
  // is not 0), and so many times faster than llama.cpp, 0: it has none such.
  double most_floors = 0;
  double most_floors_flat = 0;
  double least_times_faster = 0;
};

// The chains that are compared with llama.cpp's.
const std::vector<Chain>& TargetChains();

// "<type>" for every stage of the registry, in its order: the stage and a draw.
// Exits with a message where a stage has no parameters here.
const std::vector<Chain>& StageChains();

}  // namespace sampler::bench

#endif  // SAMPLER_TOOLS_BENCH_CHAINS_H_

// What a program does between two steps of a sampler: a stand-in for the rest
// of a loop that generates text, whose code and data take the place of the
// sampler's in the caches near the core, and of its branches in the predictor.
//
// Thread-safety: one thread at a time.
// Cost: two to three milliseconds.

#ifndef SAMPLER_TOOLS_BENCH_OTHER_WORK_H_
#define SAMPLER_TOOLS_BENCH_OTHER_WORK_H_

namespace sampler::bench {

// Reads 4 MiB out of 64 with branches that depend on them, and sorts 20,000
// numbers.
void DoOtherWork();

}  // namespace sampler::bench

#endif  // SAMPLER_TOOLS_BENCH_OTHER_WORK_H_

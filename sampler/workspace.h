// All scratch memory of sampling: one per thread, reused for every row.
//
// Grows with the largest row, set of survivors and history that it has met, to
// about 150 bytes per token of the vocabulary at most (70 more for pipelines in
// a parity mode), and allocates only when it grows. A workspace that was moved
// from must not be used.
//
// Thread-safety: used by one thread at a time.
// Tested by: tests/allocation_test.cc, tests/threads_test.cc.

#ifndef SAMPLER_WORKSPACE_H_
#define SAMPLER_WORKSPACE_H_

#include <memory>
#include <vector>

#include "sampler/candidates.h"
#include "sampler/history.h"
#include "sampler/parity/llama_cpp_process.h"
#include "sampler/probability_record.h"
#include "sampler/repeats.h"
#include "sampler/stages/stage.h"

namespace sampler {

class Workspace {
 public:
  Workspace() : scratch_(std::make_unique<Scratch>()) {}

 private:
  friend class Pipeline;

  // Behind a pointer, so that a Workspace can be moved while a Distribution
  // points into it.
  struct Scratch {
    Candidates candidates;
    TokenCounts counts;
    Race race;
    Repeats repeats;
    // By stage; only those of stages with a memory are ever filled.
    std::vector<ProbabilityRecord> records;
    std::vector<double> state;  // Of all stages, as they read it.
    StepInputs inputs;          // Of the last Process, for its draws.
    parity::LlamaCppWork llama_cpp;
  };
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace sampler

#endif  // SAMPLER_WORKSPACE_H_

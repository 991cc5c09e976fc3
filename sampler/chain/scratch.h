// What a Workspace holds. Internal.
//
// Thread-safety: one thread at a time.

#ifndef SAMPLER_CHAIN_SCRATCH_H_
#define SAMPLER_CHAIN_SCRATCH_H_

#include <cstdint>
#include <vector>

#include "sampler/candidates/candidates.h"
#include "sampler/candidates/gumbel_race.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/history/repeats.h"
#include "sampler/history/token_counts.h"
#include "sampler/parity/llama_cpp_process.h"
#include "sampler/sequence.h"
#include "sampler/stages/stage.h"
#include "sampler/stages/stage_scratches.h"

namespace sampler {

class Chain;

struct Scratch {
  // Steps begun here: a step is over once another has begun. Of the last one,
  // who runs it, for whom, and where that sequence stood.
  std::uint64_t steps = 0;
  const Chain* chain = nullptr;
  std::uint64_t state_owner = 0;  // Of what its tokens teach.
  const Sequence* sequence = nullptr;
  SequenceMark mark = {};

  // What it left, or why there is nothing.
  Candidates candidates;
  std::vector<double> state;  // Of all stages, as they read it.
  StepInputs inputs;          // For its draws.
  // Of a sequence that does not follow the chain's phases: its history.
  History history;
  // Did a stage look at the coins before the draw?
  bool tossed = false;

  TokenCounts counts;
  GumbelRace race;
  Repeats repeats;
  // By stage; only those of stages with a memory are ever filled.
  std::vector<ProbabilityRecord> records;
  StageScratches own;

  parity::LlamaCppWork llama_cpp;
};

}  // namespace sampler

#endif  // SAMPLER_CHAIN_SCRATCH_H_

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
  // The number of steps begun in this workspace. A step keeps its number. It
  // is over once another has begun.
  std::uint64_t steps = 0;

  // The last step: the chain that runs it, its sequence, and where that stood.
  const Chain* chain = nullptr;
  std::uint64_t state_owner = 0;  // StateOwner(*chain).
  const Sequence* sequence = nullptr;
  SequenceMark mark = {};

  // The candidates that its stages left, or why there are none.
  Candidates candidates;
  std::vector<double> state;  // The state of all stages before the step.
  StepInputs inputs;          // The inputs of the step, also for its draws.
  // A copy of the sequence's history that follows the chain's phases, for a
  // sequence that does not follow them itself.
  History history;
  // A stage before the draw has used the sequence's random numbers.
  bool coins_used = false;

  // Scratch that the stages of one step share (StepContext).
  TokenCounts counts;
  GumbelRace race;
  Repeats repeats;
  // By stage. Only the records of stages with a state are ever filled.
  std::vector<ProbabilityRecord> records;
  // Scratch that stages have made for themselves (Stage::MakeScratch).
  StageScratches stage_scratches;

  parity::LlamaCppWork llama_cpp;
};

}  // namespace sampler

#endif  // SAMPLER_CHAIN_SCRATCH_H_

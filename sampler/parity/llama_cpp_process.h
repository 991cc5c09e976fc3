// A step of a LlamaCppChain in a Pipeline's place: runs its stages, shows each
// to the observer, and leaves the survivors in Candidates, so that whoever asks
// for a distribution, explains or replays need not know which of the two ran.
//
// Probabilities are then the house's (exact masses of the float32 logits), as
// are ranks; the token is the chain's own.
//
// Thread-safety: one thread at a time per work and candidates.
// Cost: the chain's, and a sort of the survivors by id; with an observer, the
//   same and two exact mass sums after every stage.
// Tested by: tests/parity/llama_cpp_test.cc.

#ifndef SAMPLER_PARITY_LLAMA_CPP_PROCESS_H_
#define SAMPLER_PARITY_LLAMA_CPP_PROCESS_H_

#include <vector>

#include "absl/types/span.h"
#include "sampler/candidates/candidates.h"
#include "sampler/parity/llama_cpp.h"
#include "sampler/rows/candidate_list.h"
#include "sampler/step_observer.h"
#include "sampler/token.h"

namespace sampler {

class Sequence;
class StepObserver;

namespace parity {

// Memory of the steps of one thread, and what the last one drew.
struct LlamaCppWork {
  Token drawn;
  LlamaCppScratch scratch;
  std::vector<Entry> by_id;
  CandidateList survivors;
};

// The seed of the engines: the sequence's seed plus its stream, modulo 2^32.
std::uint32_t SeedOf(const Sequence& sequence);

// `state` is the sequence's, or that of a fresh one. `observer` may be null.
void ProcessAsLlamaCpp(const LlamaCppChain& chain, Logits row,
                       const Sequence& sequence, absl::Span<const double> state,
                       Candidates& candidates, StepObserver* observer,
                       LlamaCppWork& work);

}  // namespace parity
}  // namespace sampler

#endif  // SAMPLER_PARITY_LLAMA_CPP_PROCESS_H_

// What runs the stages of a pipeline: the library's own way (house_chain.h), or
// as another runtime does (parity/llama_cpp_chain.h). Internal: a Pipeline asks
// its chain, and knows of no mode.
//
// Thread-safety: immutable; any number of threads, each with its own Scratch.
// Tested by: tests/pipeline_test.cc, tests/step_test.cc,
//   tests/parity/llama_cpp_test.cc.

#ifndef SAMPLER_CHAIN_CHAIN_H_
#define SAMPLER_CHAIN_CHAIN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sampler/chain/scratch.h"
#include "sampler/config.h"
#include "sampler/logits.h"
#include "sampler/sequence.h"
#include "sampler/step_observer.h"
#include "sampler/token.h"

namespace sampler {

class Lesson;
class StepObserver;

class Chain {
 public:
  virtual ~Chain() = default;

  // Runs every stage on `row`, the draw's own narrowing included, and leaves
  // the survivors, or why there are none, in scratch.candidates. `observer` may
  // be null. REQUIRES: row and sequence are of the vocabulary size;
  // scratch.state is the sequence's, or initial_state(); scratch.inputs are
  // read.
  virtual void Run(Logits row, const Sequence& sequence, StepObserver* observer,
                   Scratch& scratch) const = 0;

  // The token that `sequence` draws from what Run left, and what the stages
  // learn from it; the same every time. REQUIRES: scratch.candidates are kOk,
  // and Run was for this sequence, or for one that may share its draws.
  virtual Token Draw(const Sequence& sequence, Scratch& scratch) const = 0;

  // What the stages learn from the token that is accepted after the last Run,
  // whichever it is. REQUIRES: as Draw.
  virtual void Teach(const Sequence& sequence, Scratch& scratch,
                     Lesson& lesson) const {
    (void)sequence;
    (void)scratch;
    (void)lesson;
  }

  // All tokens of a draw that chooses several, the one of Draw first. Lives in
  // `scratch` until it is used again.
  virtual absl::Span<const TokenId> DrawAll(const Sequence& sequence,
                                            Scratch& scratch) const = 0;

  // Returns true if a sequence that differs only in its random numbers may draw
  // from what the last Run left: no stage before the draw has used its coins.
  virtual bool DrawsForForks(const Scratch& scratch) const = 0;

  // The memory of all stages with which a sequence begins. Every later state
  // has its size.
  virtual absl::Span<const double> initial_state() const = 0;

  // Names the part of `state` that no run of these stages can have left after
  // `position` accepted tokens; empty if there is none. REQUIRES: `state` has
  // the size of initial_state(), and its numbers are finite.
  virtual std::string WrongState(absl::Span<const double> state,
                                 std::int64_t position) const = 0;

  // Names the owner of a state: the types, the order and the sizes of memory of
  // its stages, in words.
  virtual std::string StateName() const = 0;

  // Returns true if a stage reads this input.
  virtual bool Reads(StepInput input) const = 0;

  // For every stage that cannot run on `inputs`: which, and what it lacks.
  virtual std::vector<std::string> MissingInputs(
      const StepInputs& inputs) const = 0;

  // The largest seed that a config may name.
  virtual std::uint64_t LargestSeed() const = 0;

  // What sequences must follow for steps of constant cost; null: nothing.
  virtual std::shared_ptr<const PhaseRules> phases() const { return nullptr; }
};

// A number for StateName(), which tells whose memory a sequence carries
// (StateUpdate::owner): its FNV-1a hash, or 0 for a chain without memory. Cost:
// linear in the name, so a pipeline asks once.
std::uint64_t StateOwner(const Chain& chain);

// InvalidArgument for stages that their types make wrong. REQUIRES: CheckConfig
// has nothing to report.
absl::StatusOr<std::unique_ptr<const Chain>> MakeChain(
    const PipelineConfig& config, std::int64_t vocabulary_size,
    const StageRegistry& registry);

}  // namespace sampler

#endif  // SAMPLER_CHAIN_CHAIN_H_

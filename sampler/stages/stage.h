// The interface of a stage, the unit a pipeline is made of.
//
// Life of one step: the pipeline calls Apply of every stage in config order on
// one set of Candidates; each stage edits logits or truncates the set. The last
// stage is a Draw: after its Apply it chooses the token. Stages see neither
// JSON nor the row, keep no state, and never sort: a stage is a function of the
// candidates and the step (the history among it), and speed belongs to
// Candidates.
//
// What a stage must remember from token to token that is not in the history
// (mirostat's mu) is a few doubles kept in the Sequence: it reads them as
// StepContext::state, and Advance makes the next ones once a token is drawn.
// They reach the Sequence when that token is accepted, so that sampling again
// repeats the step, and rollback and snapshots are exact.
//
// Adding a stage to the library: ADDING.md. To a program: make its StageType,
// and Add it to a copy of StageRegistry::BuiltIn() (registry.h).
//
// Thread-safety: stages are immutable; any number of threads may call Apply,
// each with its own Candidates and StepContext.

#ifndef SAMPLER_STAGES_STAGE_H_
#define SAMPLER_STAGES_STAGE_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/candidate.h"
#include "sampler/candidates/candidates.h"
#include "sampler/history/history.h"
#include "sampler/random/random.h"
#include "sampler/step_inputs.h"

namespace sampler {

class GumbelRace;
class ProbabilityRecord;
class Repeats;
class TokenCounts;

// Scratch memory that a stage of a program's own wants: a class of its own,
// derived from this. What is in it must not decide anything in a later step.
class OwnScratch {
 public:
  virtual ~OwnScratch() = default;
};

// What a stage may know of the step besides the candidates.
struct StepContext {
  const History& history;
  std::int64_t position;  // Output tokens accepted so far.
  std::int64_t clock;     // The caller's step (training iteration, episode...).
  const Coins& coins;     // Randomness of this position.
  std::uint32_t ordinal;  // Index of the running stage in its pipeline.
  TokenCounts& counts;    // Scratch for counting history tokens (in Apply),
  Repeats& repeats;       // and for finding what has occurred before.
  GumbelRace& race;       // Scratch for draws by noise.
  const StepInputs& inputs;
  std::int64_t vocabulary_size;
  // For stages with a memory: theirs, as of the last accepted token, and where
  // to note the probabilities that Advance will ask for.
  absl::Span<const double> state;
  ProbabilityRecord& record;
  // What this stage's MakeScratch made for the workspace; null for none.
  OwnScratch* scratch = nullptr;
};

class Draw;

class Stage {
 public:
  virtual ~Stage() = default;

  // This stage where it is a Draw, else null.
  virtual const Draw* AsDraw() const { return nullptr; }

  // Edits or narrows `candidates`, whose status is kOk. At its neutral
  // parameters a stage changes nothing, not even by rounding.
  virtual void Apply(Candidates& candidates, const StepContext& step) const = 0;

  // Does a rule of this stage speak of the candidates as they stood before the
  // pipeline's first truncation?
  virtual bool NeedsOriginalMass() const { return false; }

  // Does Apply look at step.coins? What it leaves is then right for sequences
  // with the same coins at this position only: not for forks, each of which
  // wants a Process of its own. (Choose of a Draw may look at them anyway.)
  virtual bool UsesCoins() const { return false; }

  // Is this an input that stages of this type look at, with whatever
  // parameters?
  virtual bool Reads(StepInput input) const {
    (void)input;
    return false;
  }

  // In a few words, what the stage cannot do without and `inputs` lacks; empty
  // if that is nothing. Apply is not called without it.
  virtual absl::string_view MissingInput(const StepInputs& inputs) const {
    (void)inputs;
    return {};
  }

  // Scratch memory for the steps of this stage in one workspace, or null. It is
  // made at the first step there, and once when the pipeline is made, to see
  // whether there is any. It serves one step at a time, so that Apply need not
  // allocate.
  virtual std::unique_ptr<OwnScratch> MakeScratch() const { return nullptr; }

  // Number of doubles that the stage remembers from token to token.
  virtual std::size_t StateSize() const { return 0; }

  // Writes the state of a fresh sequence. Not called where StateSize() is 0.
  virtual void InitializeState(absl::Span<double> state) const { (void)state; }

  // What in `state` this stage can never have remembered (a snapshot may hold
  // anything), in a few words; empty if there is nothing. Apply is not called
  // with such a state. The numbers are finite.
  virtual absl::string_view WrongState(absl::Span<const double> state) const {
    (void)state;
    return {};
  }

  // Turns the state before a step into the state after `token` was drawn in it
  // and accepted. `record` is as Apply left it.
  virtual void Advance(TokenId token, const ProbabilityRecord& record,
                       absl::Span<double> state) const {
    (void)token;
    (void)record;
    (void)state;
  }
};

// What a draw chose, the 64 random bits it used (0 if it used none, or one
// number per token), and its place where the caller's code point chose it.
struct Drawn {
  TokenId token;
  std::uint64_t bits;
  CodeInterval interval = {};
};

// A stage that ends a pipeline by choosing the token. Its Apply may narrow the
// candidates first, so that they are the distribution the token is drawn from.
class Draw : public Stage {
 public:
  const Draw* AsDraw() const final { return this; }

  virtual Drawn Choose(const Candidates& candidates,
                       const StepContext& step) const = 0;

  // All tokens of a draw that chooses several, the one of Choose first; lives
  // in step.race. By default that one alone.
  virtual absl::Span<const TokenId> ChooseAll(const Candidates& candidates,
                                              const StepContext& step) const;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_STAGE_H_

// The interface of a stage, the unit a pipeline is made of.
//
// Life of one step: the pipeline calls Apply of every stage in config order on
// one set of Candidates; each stage edits logits or truncates the set. The last
// stage is a Draw: after its Apply it chooses the token. A stage is a function
// of the candidates and the StepContext: it sees neither JSON nor the row, and
// keeps no state. Passes over the row, sorting and speed are the work of
// Candidates.
//
// Some stages remember more than the history from token to token (mirostat:
// mu): a few doubles, which the Sequence holds. The stage reads them as
// StepContext::state, and UpdateState computes the next ones once a token is
// drawn. The Sequence stores these when it accepts that token. So sampling
// again repeats the step, and rollback and snapshots are exact.
//
// To add a stage to the library, read ADDING.md. To add one to your program,
// make its StageType and Add it to a copy of StageRegistry::BuiltIn()
// (registry.h).
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

// Base class for the scratch memory of stages that a program adds. Contents
// left by one step must not influence a later step.
class StageScratch {
 public:
  virtual ~StageScratch() = default;
};

// The step's data that a stage may read, besides the candidates.
struct StepContext {
  const History& history;
  std::int64_t position;  // Output tokens accepted so far.
  std::int64_t clock;     // The caller's step (training iteration, episode...).
  const Coins& coins;     // Randomness of this position.
  std::uint32_t ordinal;  // Index of the running stage in its pipeline.
  TokenCounts& counts;    // Scratch for counting history tokens (in Apply).
  Repeats& repeats;       // Scratch for finding repeated sequences (in Apply).
  GumbelRace& race;       // Scratch for draws by Gumbel noise.
  const StepInputs& inputs;
  std::int64_t vocabulary_size;
  // For stages with a state: their state as of the last accepted token, and the
  // record to fill with the probabilities that UpdateState will read.
  absl::Span<const double> state;
  ProbabilityRecord& record;
  // The scratch that this stage's MakeScratch made for the workspace, or null.
  StageScratch* scratch = nullptr;
};

class Draw;

class Stage {
 public:
  virtual ~Stage() = default;

  // This stage if it is a Draw, else null.
  virtual const Draw* AsDraw() const { return nullptr; }

  // Edits or truncates `candidates`. With neutral parameters a stage changes
  // nothing, not even by rounding. REQUIRES: candidates.status() is kOk.
  virtual void Apply(Candidates& candidates, const StepContext& step) const = 0;

  // Returns true if this stage uses the weights before the pipeline's first
  // truncation (MassBasis::kOriginal).
  virtual bool NeedsOriginalMass() const { return false; }

  // Returns true if Apply reads step.coins. Its result then holds only for
  // sequences with the same coins at this position; a fork needs a Process of
  // its own. (Draw::Choose may read them in any case.)
  virtual bool UsesCoins() const { return false; }

  // Returns true if stages of this type read `input` with some parameters.
  virtual bool Reads(StepInput input) const {
    (void)input;
    return false;
  }

  // Names, in a few words, the input that the stage needs and `inputs` lacks;
  // empty if none is missing. Apply is not called if one is missing.
  virtual absl::string_view MissingInput(const StepInputs& inputs) const {
    (void)inputs;
    return {};
  }

  // Makes scratch memory for this stage in one workspace, so that Apply need
  // not allocate; or returns null. It is called at the stage's first step in a
  // workspace, and once when the pipeline is created, to learn if the result is
  // null. One step at a time uses the scratch.
  virtual std::unique_ptr<StageScratch> MakeScratch() const { return nullptr; }

  // Number of doubles in the stage's state.
  virtual std::size_t StateSize() const { return 0; }

  // Writes the state of a fresh sequence. Not called where StateSize() is 0.
  virtual void InitializeState(absl::Span<double> state) const { (void)state; }

  // Names, in a few words, the part of `state` that this stage can never have
  // computed; empty if there is none. (A snapshot may hold any number.) Apply
  // is not called with such a state. REQUIRES: the numbers are finite.
  virtual absl::string_view WrongState(absl::Span<const double> state) const {
    (void)state;
    return {};
  }

  // Changes `state` from the state before a step to the state after its token
  // was accepted. `token` is the token drawn, and `record` is as Apply left it.
  virtual void UpdateState(TokenId token, const ProbabilityRecord& record,
                           absl::Span<double> state) const {
    (void)token;
    (void)record;
    (void)state;
  }
};

// The token that a draw chose, and the 64 random bits it used: 0 if it used
// none, or one number per token. `interval` is set by draws at the caller's
// code point (arithmetic): the token's part of [0, 1).
struct Drawn {
  TokenId token;
  std::uint64_t bits;
  CodeInterval interval = {};
};

// A stage that ends a pipeline by choosing the token. Its Apply may truncate
// the candidates first, so that they are exactly the distribution of the token.
class Draw : public Stage {
 public:
  const Draw* AsDraw() const final { return this; }

  virtual Drawn Choose(const Candidates& candidates,
                       const StepContext& step) const = 0;

  // The tokens of a draw that chooses several, in the order drawn; the first is
  // the token of Choose. By default that token alone. The result lives in
  // step.race.
  virtual absl::Span<const TokenId> ChooseAll(const Candidates& candidates,
                                              const StepContext& step) const;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_STAGE_H_

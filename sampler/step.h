// One step of a pipeline, processed and not yet accepted: the survivors of a
// row, and the draws from them. Pipeline::Process makes it.
//
//   const Step step = pipeline.Process(row, sequence, workspace);
//   const double p = step.Probability(7);  // A step is a Distribution
//   const Token token = step.Draw();       // that one can draw from.
//   absl::Status status = sequence.Accept(token);
//
// A step holds together what belongs together, the row, the sequence and the
// workspace, so that nothing can be drawn for a sequence from the survivors of
// another's row. It owns none of them: all three must outlive it, and the
// inputs' memory too. It is over once its workspace has begun another step or
// its sequence has moved: then its status, and that of its distribution and
// draws, is kWrongStep.
//
// Several tokens from one step:
//
//   several tokens of one draw (gumbel_top_k)             DrawAll()
//   one token for each of n forks of the sequence         DrawFor(fork)
//   independent draws by numbers of the caller's own      Draw(bits)
//
// Thread-safety: one thread at a time, that of its workspace.
// Cost: a Step is a few pointers; draws cost what their stages do.
// Tested by: tests/step_test.cc, tests/lifetimes_test.cc.

#ifndef SAMPLER_STEP_H_
#define SAMPLER_STEP_H_

#include "absl/types/span.h"
#include "sampler/distribution.h"
#include "sampler/row_status.h"
#include "sampler/sequence.h"
#include "sampler/token.h"

namespace sampler {

struct Scratch;

class Step : public Distribution {
 public:
  // kOk, or why there is nothing to draw from.
  RowStatus status() const;

  // What is left of the row, the draw's own narrowing included: a view that
  // stands as long as the workspace begins no other step.
  const Distribution& distribution() const { return *this; }

  // The token of Pipeline::Sample. Again, it is the same: its randomness is the
  // position's.
  Token Draw() const;
  using Distribution::Draw;

  // The same for draws that choose several tokens, in the order drawn, the one
  // of Draw first; empty where the status is not ok. Lives in the workspace
  // until it is used again.
  absl::Span<const TokenId> DrawAll() const;

  // The token that Sample would give `fork`, a sequence that differs from the
  // step's in its random numbers alone (seed, stream, attempt). kWrongStep for
  // any other sequence, and where a stage before the draw looked at the random
  // numbers of the step's own (xtc, and all engines of a parity mode): what is
  // left was then not left for the fork, which wants a Process of its own.
  // Cost: a draw, and a comparison of both histories.
  Token DrawFor(const Sequence& fork) const;
  absl::Span<const TokenId> DrawAllFor(const Sequence& fork) const;

 private:
  friend class Pipeline;

  // Of what `scratch` last began.
  explicit Step(Scratch& scratch);

  // Is it still the step of its workspace, and of its sequence?
  bool Stands() const;

  // That of the step where `fork` may draw from it, else why not.
  RowStatus StatusFor(const Sequence& fork) const;

  Token DrawOf(const Sequence& sequence) const;

  Scratch* scratch_;  // Says which chain and sequence, while the step stands.
};

}  // namespace sampler

#endif  // SAMPLER_STEP_H_

// One step of a pipeline, processed and not yet accepted: the survivors of a
// row, and the draws from them. Pipeline::Process makes it.
//
//   const Step step = pipeline.Process(row, sequence, workspace);
//   const double p = step.Probability(7);  // A step is a Distribution
//   const Token token = step.Draw();       // that one can draw from.
//   absl::Status status = sequence.Accept(token);
//
// A step refers to its row, sequence and workspace together, so that a caller
// cannot draw for one sequence from the survivors of another's row. It owns
// none of them: all three, and the memory of the inputs, must outlive it. It
// ends when its workspace begins another step or its sequence changes (accepts,
// rolls back, redraws). From then on its status, and the status of its
// distribution and draws, is kWrongStep.
//
// Several tokens from one step:
//
//   several tokens of one draw (gumbel_top_k)             DrawAll()
//   one token for each of n forks of the sequence         DrawFor(fork)
//   independent draws, by the caller's random numbers     Draw(bits)
//
// Thread-safety: one thread at a time, that of its workspace.
// Cost: a Step is a few pointers; draws cost what their stages do.
// Tested by: tests/step_test.cc, step_owners_test.cc, lifetimes_test.cc.

#ifndef SAMPLER_STEP_H_
#define SAMPLER_STEP_H_

#include "absl/types/span.h"
#include "sampler/distribution.h"
#include "sampler/row_status.h"
#include "sampler/sequence.h"
#include "sampler/token.h"

namespace sampler {

class Lesson;  // lesson.h
struct Scratch;

class Step : public Distribution {
 public:
  // kOk, or why there is nothing to draw from.
  RowStatus status() const;

  // The survivors of the row, after the draw's own truncation (greedy). A view:
  // valid until the workspace begins another step.
  const Distribution& distribution() const { return *this; }

  // The token that Pipeline::Sample returns. A second call returns the same
  // token, because the random numbers belong to the position.
  Token Draw() const;
  using Distribution::Draw;

  // Tells `lesson` what the acceptance of any token would teach the stages with
  // a memory: nothing where the chain has none, or the status is not ok. In a
  // parity mode, whose engines move with draws alone, nothing either.
  void Teach(Lesson& lesson) const;

  // All tokens of a draw that chooses several, in the order drawn; the first is
  // the token of Draw. Empty if status() is not kOk. The result lives in the
  // workspace, until its next use.
  absl::Span<const TokenId> DrawAll() const;

  // The token that Sample would give `fork`, a sequence that differs from the
  // step's in its random numbers alone (seed, stream, attempt). kWrongStep for
  // any other sequence, and if a stage before the draw used the random numbers
  // of the step's own sequence (xtc, and all engines of a parity mode): the
  // survivors then depend on those numbers, and the fork needs a Process of its
  // own.
  // Cost: a draw, and a comparison of both histories.
  Token DrawFor(const Sequence& fork) const;
  absl::Span<const TokenId> DrawAllFor(const Sequence& fork) const;

 private:
  friend class Pipeline;

  // The step that `scratch` began last.
  explicit Step(Scratch& scratch);

  // Returns false if the workspace has begun another step or the sequence has
  // changed.
  bool Stands() const;

  // The step's status if `fork` may draw from it, else kWrongStep.
  RowStatus StatusFor(const Sequence& fork) const;

  Token DrawOf(const Sequence& sequence) const;

  Scratch* scratch_;  // Holds chain and sequence while Stands().
};

}  // namespace sampler

#endif  // SAMPLER_STEP_H_

#include "sampler/step.h"

#include "sampler/arithmetic/float_environment.h"
#include "sampler/chain/chain.h"
#include "sampler/chain/scratch.h"
#include "sampler/lesson.h"

namespace sampler {

Step::Step(Scratch& scratch)
    : Distribution(scratch.candidates, scratch.steps), scratch_(&scratch) {}

bool Step::Stands() const {
  return Distribution::status() != RowStatus::kWrongStep &&
         scratch_->sequence->mark() == scratch_->mark;
}

RowStatus Step::status() const {
  return Stands() ? Distribution::status() : RowStatus::kWrongStep;
}

Token Step::DrawOf(const Sequence& sequence) const {
  const DefaultFloatEnvironment environment;
  Token token = scratch_->chain->Draw(sequence, *scratch_);
  token.state.owner = scratch_->state_owner;
  return token;
}

Token Step::Draw() const {
  const RowStatus status = this->status();
  if (status != RowStatus::kOk) return {.status = status};
  return DrawOf(*scratch_->sequence);
}

void Step::Teach(Lesson& lesson) const {
  lesson.Begin({}, 0);
  if (status() != RowStatus::kOk) return;
  scratch_->chain->Teach(*scratch_->sequence, *scratch_, lesson);
}

absl::Span<const TokenId> Step::DrawAll() const {
  const DefaultFloatEnvironment environment;
  if (status() != RowStatus::kOk) return {};
  return scratch_->chain->DrawAll(*scratch_->sequence, *scratch_);
}

RowStatus Step::StatusFor(const Sequence& fork) const {
  const RowStatus status = this->status();
  if (status != RowStatus::kOk) return status;
  const Sequence& own = *scratch_->sequence;
  if (&fork == &own) return status;
  const bool may_draw = fork.DiffersInRandomNumbersAlone(own) &&
                        (fork.HasTheRandomNumbersOf(own) ||
                         scratch_->chain->DrawsForForks(*scratch_));
  return may_draw ? status : RowStatus::kWrongStep;
}

Token Step::DrawFor(const Sequence& fork) const {
  const RowStatus status = StatusFor(fork);
  if (status != RowStatus::kOk) return {.status = status};
  return DrawOf(fork);
}

absl::Span<const TokenId> Step::DrawAllFor(const Sequence& fork) const {
  const DefaultFloatEnvironment environment;
  if (StatusFor(fork) != RowStatus::kOk) return {};
  return scratch_->chain->DrawAll(fork, *scratch_);
}

}  // namespace sampler

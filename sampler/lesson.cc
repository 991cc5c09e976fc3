#include "sampler/lesson.h"

#include "sampler/arithmetic/float_environment.h"
#include "sampler/stages/stage.h"

namespace sampler {

void Lesson::Begin(absl::Span<const double> state, std::uint64_t owner) {
  state_.assign(state.begin(), state.end());
  owner_ = owner;
  used_ = 0;
}

void Lesson::Add(const Stage& stage, std::size_t begin, std::size_t size,
                 const ProbabilityRecord& record) {
  if (parts_.size() == used_) parts_.emplace_back();
  Part& part = parts_[used_++];
  part.stage = &stage;
  part.begin = begin;
  part.size = size;
  part.record = record;
}

Token Lesson::Of(TokenId id) const {
  const DefaultFloatEnvironment environment;
  Token token = {.id = id, .status = RowStatus::kOk};
  token.state.values.assign(state_.begin(), state_.end());
  token.state.owner = owner_;
  const absl::Span<double> state = absl::MakeSpan(token.state.values);
  for (std::size_t i = 0; i < used_; ++i) {
    const Part& part = parts_[i];
    part.stage->UpdateState(id, part.record,
                            state.subspan(part.begin, part.size));
  }
  return token;
}

}  // namespace sampler

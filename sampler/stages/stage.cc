#include "sampler/stages/stage.h"

#include "sampler/candidates/gumbel_race.h"

namespace sampler {

absl::Span<const TokenId> Draw::ChooseAll(const Candidates& candidates,
                                          const StepContext& step) const {
  const Drawn drawn = Choose(candidates, step);
  step.race.Begin(1);
  step.race.Enter(drawn.token, 0.0);
  return step.race.Finish();
}

}  // namespace sampler

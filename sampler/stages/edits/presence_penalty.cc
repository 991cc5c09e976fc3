#include "sampler/stages/edits/presence_penalty.h"

#include "sampler/candidates/candidates.h"
#include "sampler/stages/edits/penalty_edits.h"

namespace sampler {

StageType PresencePenalty::Type() {
  return {
      .name = "presence_penalty",
      .group = StageGroup::kEdit,
      .summary = "Lowers tokens that were seen, by one amount.",
      .formula = "l_i -= penalty * [count(i) > 0]",
      .source = "OpenAI API",
      .parameters =
          {Real("penalty", "number to subtract; 0 changes nothing").Required(),
           ScopeParameter("output"), WindowParameter(), DecayParameter(),
           ExemptParameter()},
      .check = CheckDecay,
      .facts = [](const Parameters& p) -> StageFacts {
        return {.neutral = p.Real("penalty") == 0.0,
                .history = PenaltyTokens(p).Reach(),
                .edits_seen = true};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<PresencePenalty>(p.Real("penalty"),
                                                 PenaltyTokens(p));
      }};
}

void PresencePenalty::Apply(Candidates& candidates,
                            const StepContext& step) const {
  if (penalty_ == 0.0) return;
  tokens_.Edit(step, candidates, [this](double logit, const Seen& seen) {
    return logit - penalty_ * seen.share;
  });
}

}  // namespace sampler

#include "sampler/stages/edits/frequency_penalty.h"

#include "sampler/candidates/candidates.h"
#include "sampler/stages/edits/penalty_edits.h"

namespace sampler {

StageType FrequencyPenalty::Type() {
  return {
      .name = "frequency_penalty",
      .group = StageGroup::kEdit,
      .summary = "Lowers tokens by how often they were seen.",
      .formula = "l_i -= penalty * count(i)",
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
        return std::make_unique<FrequencyPenalty>(p.Real("penalty"),
                                                  PenaltyTokens(p));
      }};
}

void FrequencyPenalty::Apply(Candidates& candidates,
                             const StepContext& step) const {
  if (penalty_ == 0.0) return;
  tokens_.Edit(step, candidates, [this](double logit, const Seen& seen) {
    return logit - penalty_ * seen.count;
  });
}

}  // namespace sampler

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
           ScopeParameter("output"), WindowParameter(), ExemptParameter()},
      .facts = [](const Parameters& p) -> StageFacts {
        return {.neutral = p.Real("penalty") == 0.0,
                .history = ReadHistoryWindow(p),
                .edits_seen = true};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<PresencePenalty>(
            p.Real("penalty"), ReadHistoryWindow(p), p.TokenIds("exempt"));
      }};
}

void PresencePenalty::Apply(Candidates& candidates,
                            const StepContext& step) const {
  if (penalty_ == 0.0) return;
  EditSeen(window_.Of(step.history), exempt_, step, candidates,
           [this](double logit, std::uint32_t /*count*/) {
             return logit - penalty_;
           });
}

}  // namespace sampler

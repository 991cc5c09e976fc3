#include "sampler/stages/edits/encoder_repetition_penalty.h"

#include "sampler/candidates/candidates.h"
#include "sampler/stages/edits/penalty_edits.h"

namespace sampler {

StageType EncoderRepetitionPenalty::Type() {
  return {
      .name = "encoder_repetition_penalty",
      .group = StageGroup::kEdit,
      .summary = "Makes the tokens of the prompt more likely, once per token.",
      .formula = "l_i = l_i > 0 ? l_i * penalty : l_i / penalty, i in prompt",
      .source = "Hugging Face",
      .parameters = {Real("penalty",
                          "factor of positive logits; 1 changes nothing")
                         .Above(0)
                         .Required()},
      .facts = [](const Parameters& p) -> StageFacts {
        return {.neutral = p.Real("penalty") == 1.0,
                .history = HistoryWindow{.scope = Scope::kPrompt},
                .edits_seen = true,
                .reads_signs = true};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<EncoderRepetitionPenalty>(p.Real("penalty"));
      }};
}

void EncoderRepetitionPenalty::Apply(Candidates& candidates,
                                     const StepContext& step) const {
  if (penalty_ == 1.0) return;
  const PenaltyTokens prompt(HistoryWindow{.scope = Scope::kPrompt});
  prompt.Edit(step, candidates, [this](double logit, const Seen& /*seen*/) {
    return logit > 0.0 ? logit * penalty_ : logit / penalty_;
  });
}

}  // namespace sampler

#include "sampler/stages/edits/repetition_penalty.h"

#include "sampler/candidates/candidates.h"
#include "sampler/stages/edits/penalty_edits.h"

namespace sampler {

namespace {

HistoryWindow ReadWindow(const Parameters& p) {
  HistoryWindow window = ReadHistoryWindow(p);
  window.ignore_first = p.Integer("ignore_first");
  return window;
}

}  // namespace

StageType RepetitionPenalty::Type() {
  return {
      .name = "repetition_penalty",
      .group = StageGroup::kEdit,
      .summary = "Makes tokens seen before less likely, once per token.",
      .formula = "l_i = l_i > 0 ? l_i / penalty : l_i * penalty, i seen",
      .source = "CTRL, arXiv 1909.05858",
      .parameters =
          {Real("penalty", "divisor of positive logits; 1 changes nothing")
               .Above(0)
               .Required(),
           ScopeParameter("both"), WindowParameter(),
           Integer("ignore_first", "leading prompt tokens that do not count")
               .AtLeast(0)
               .Default(0),
           Boolean("normalize", "turn logits into log-probabilities first")
               .Default(false),
           ExemptParameter()},
      .facts = [](const Parameters& p) -> StageFacts {
        const bool normalize = p.Boolean("normalize");
        return {.neutral = p.Real("penalty") == 1.0,
                .history = ReadWindow(p),
                .edits_seen = !normalize,
                .reads_signs = !normalize};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<RepetitionPenalty>(
            p.Real("penalty"), ReadWindow(p),
            p.Boolean("normalize") ? Basis::kLogprobs : Basis::kLogits,
            p.TokenIds("exempt"));
      }};
}

void RepetitionPenalty::Apply(Candidates& candidates,
                              const StepContext& step) const {
  if (penalty_ == 1.0) return;
  if (basis_ == Basis::kLogprobs) candidates.Normalize();
  EditSeen(window_.Of(step.history), exempt_, step, candidates,
           [this](double logit, std::uint32_t /*count*/) {
             return logit > 0.0 ? logit / penalty_ : logit * penalty_;
           });
}

}  // namespace sampler

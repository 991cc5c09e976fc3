#include "sampler/stages/p_less_norm.h"

#include "sampler/stages/truncation_parameters.h"

namespace sampler {

StageType PLessNorm::Type() {
  return {
      .name = "p_less_norm",
      .group = StageGroup::kTruncate,
      .summary =
          "Keeps the tokens as likely as two draws are to agree beyond chance.",
      .formula = "p_i >= (V sum p^2 - 1) / (V - 1)",
      .source = "arXiv 2509.23234",
      .parameters = {MinKeepParameter()},
      .facts = [](const Parameters&) { return StageFacts{}; },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<PLessNorm>(p.Integer("min_keep"));
      }};
}

void PLessNorm::Apply(Candidates& candidates, const StepContext& step) const {
  if (step.vocabulary_size == 1) return;
  candidates.KeepExcessCollision(step.vocabulary_size, min_keep_);
}

}  // namespace sampler

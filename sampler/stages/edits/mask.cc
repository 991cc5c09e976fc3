#include "sampler/stages/edits/mask.h"

#include "sampler/candidates/candidates.h"

namespace sampler {

StageType Mask::Type() {
  return {
      .name = "mask",
      .group = StageGroup::kEdit,
      .summary = "Bans the tokens that the step's mask does not allow.",
      .formula = "l_i = -inf where bit i of the mask is 0",
      .source = "xgrammar, llguidance",
      .parameters = {Choice("padding", "tokens that the mask has no bit for")
                         .Choices({"ban", "allow"})},
      .facts = [](const Parameters&) -> StageFacts {
        return {.reads_mask = true};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<Mask>(p.Choice<MaskPadding>("padding"));
      }};
}

void Mask::Apply(Candidates& candidates, const StepContext& step) const {
  if (!step.inputs.mask.has_value()) return;
  candidates.RemoveUnmasked(*step.inputs.mask, padding_);
}

}  // namespace sampler

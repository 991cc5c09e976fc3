#include "sampler/stages/edits/forced_tokens.h"

#include "sampler/candidates/candidates.h"

namespace sampler {

StageType ForcedTokens::Type() {
  return {
      .name = "forced_tokens",
      .group = StageGroup::kEdit,
      .summary = "Allows only the listed tokens at listed positions.",
      .formula = "l_i = -inf for i not in ids, at that position",
      .source = "Hugging Face, vLLM",
      .parameters =
          {PositionedTokens("at", "output positions, from 0, and their tokens")
               .Default(Value::List{}),
           Choice("value", "keep the logits of the listed tokens, or zero them")
               .Choices({"keep", "zero"})},
      .facts = [](const Parameters& p) -> StageFacts {
        return {.neutral = p.PositionedTokens("at").empty()};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<ForcedTokens>(p.PositionedTokens("at"),
                                              p.Choice<Listed>("value"));
      }};
}

void ForcedTokens::Apply(Candidates& candidates,
                         const StepContext& step) const {
  const auto forced = at_.find(step.position);
  if (forced == at_.end()) return;
  candidates.RemoveAllBut(forced->second);
  if (listed_ == Listed::kKeep) return;
  for (const TokenId id : forced->second) {
    candidates.Edit(id, [](double) { return 0.0; });
  }
}

}  // namespace sampler

#include "sampler/stages/edits/suppress_tokens.h"

#include <utility>
#include <vector>

#include "sampler/candidate.h"
#include "sampler/candidates/candidates.h"

namespace sampler {

StageType SuppressTokens::Type() {
  return {
      .name = "suppress_tokens",
      .group = StageGroup::kEdit,
      .summary = "Bans the listed tokens.",
      .formula = "l_i = -inf for i in ids",
      .source = "Hugging Face",
      .parameters = {TokenIds("ids", "tokens to ban").Default(Value::List{}),
                     Choice("when",
                            "always, or for the first output token only")
                         .Choices({"always", "begin"})},
      .facts = [](const Parameters& p) -> StageFacts {
        std::vector<TokenId> ids = p.TokenIds("ids");
        const bool neutral = ids.empty();
        if (p.Choice<When>("when") == When::kBegin) ids.clear();
        return {.neutral = neutral, .bans = std::move(ids)};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<SuppressTokens>(p.TokenIds("ids"),
                                                p.Choice<When>("when"));
      }};
}

void SuppressTokens::Apply(Candidates& candidates,
                           const StepContext& step) const {
  if (when_ == When::kBegin && step.position > 0) return;
  for (const TokenId id : ids_) candidates.Remove(id);
}

}  // namespace sampler

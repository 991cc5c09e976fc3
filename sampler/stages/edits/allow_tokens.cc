#include "sampler/stages/edits/allow_tokens.h"

#include "sampler/candidates/candidates.h"

namespace sampler {

StageType AllowTokens::Type() {
  return {
      .name = "allow_tokens",
      .group = StageGroup::kEdit,
      .summary = "Bans every token that is not listed.",
      .formula = "l_i = -inf for i not in ids",
      .source = "vLLM",
      .parameters = {TokenIds("ids", "tokens that stay").NonEmpty().Required()},
      .facts = [](const Parameters& p) -> StageFacts {
        return {.allows = p.TokenIds("ids")};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<AllowTokens>(p.TokenIds("ids"));
      }};
}

void AllowTokens::Apply(Candidates& candidates, const StepContext&) const {
  candidates.RemoveAllBut(ids_);
}

}  // namespace sampler

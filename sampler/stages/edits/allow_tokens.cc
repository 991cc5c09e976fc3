#include "sampler/stages/edits/allow_tokens.h"

#include <memory>
#include <string>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/edits/token_ranges.h"
#include "sampler/token_mask.h"

namespace sampler {

StageType AllowTokens::Type() {
  return {
      .name = "allow_tokens",
      .group = StageGroup::kEdit,
      .summary = "Bans every token that is not listed.",
      .formula = "l_i = -inf for i not in ids or ranges",
      .source = "vLLM",
      .parameters = {TokenIds("ids", "tokens that stay").Default(Value::List{}),
                     RangesParameter()},
      .check = [](const Parameters& p) -> std::string {
        if (p.TokenIds("ids").empty() && p.TokenSequences("ranges").empty()) {
          return "want \"ids\" or \"ranges\" (tokens that stay)";
        }
        return CheckRanges(p);
      },
      .facts = [](const Parameters& p) -> StageFacts {
        return {.allows = ReadIdsAndRanges(p)};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        std::vector<TokenId> ids = ReadIdsAndRanges(p);
        if (p.TokenSequences("ranges").empty()) {
          return std::make_unique<AllowTokens>(std::move(ids));
        }
        return std::make_unique<AllowTokens>(PackedBits(ids));
      }};
}

void AllowTokens::Apply(Candidates& candidates, const StepContext&) const {
  if (bits_.empty()) {
    candidates.RemoveAllBut(ids_);
  } else {
    candidates.RemoveUnmasked(TokenMask(absl::MakeConstSpan(bits_)),
                              MaskPadding::kBan);
  }
}

}  // namespace sampler

#include "sampler/stages/edits/suppress_tokens.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "sampler/arithmetic/mass.h"
#include "sampler/candidate.h"
#include "sampler/candidates/candidates.h"
#include "sampler/stages/edits/token_ranges.h"
#include "sampler/token_mask.h"

namespace sampler {
namespace {

// What stays: all but ids and ranges, below from_id where it is given.
std::vector<std::uint32_t> AllowedBits(const Parameters& p) {
  std::vector<std::uint32_t> bits = PackedBits(ReadIdsAndRanges(p));
  for (std::uint32_t& word : bits) word = ~word;
  if (!p.Has("from_id")) return bits;
  const auto from = static_cast<std::size_t>(
      std::min(p.Integer("from_id"), kMaxVocabularySize));
  bits.resize((from + 31) / 32, ~std::uint32_t{0});
  if (from % 32 != 0) bits.back() &= (1u << (from % 32)) - 1;
  return bits;
}

}  // namespace

StageType SuppressTokens::Type() {
  return {
      .name = "suppress_tokens",
      .group = StageGroup::kEdit,
      .summary = "Bans the listed tokens.",
      .formula = "l_i = -inf for i in ids or ranges, and i >= from_id",
      .source = "Hugging Face",
      .parameters = {TokenIds("ids", "tokens to ban").Default(Value::List{}),
                     Choice("when",
                            "always, or for the first output token only")
                         .Choices({"always", "begin"}),
                     RangesParameter(),
                     Integer("from_id",
                             "first of the ids that are all banned "
                             "(the size of the real vocabulary)")
                         .AtLeast(1)},
      .check = CheckRanges,
      .facts = [](const Parameters& p) -> StageFacts {
        std::vector<TokenId> ids = ReadIdsAndRanges(p);
        const bool neutral = ids.empty() && !p.Has("from_id");
        if (p.Choice<When>("when") == When::kBegin) ids.clear();
        return {.neutral = neutral, .bans = std::move(ids)};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        const auto when = p.Choice<When>("when");
        if (p.TokenSequences("ranges").empty() && !p.Has("from_id")) {
          return std::make_unique<SuppressTokens>(p.TokenIds("ids"), when);
        }
        return std::make_unique<SuppressTokens>(
            AllowedBits(p),
            p.Has("from_id") ? MaskPadding::kBan : MaskPadding::kAllow, when);
      }};
}

void SuppressTokens::Apply(Candidates& candidates,
                           const StepContext& step) const {
  if (when_ == When::kBegin && step.position > 0) return;
  for (const TokenId id : ids_) candidates.Remove(id);
  if (!allowed_.empty()) {
    candidates.RemoveUnmasked(TokenMask(absl::MakeConstSpan(allowed_)),
                              padding_);
  }
}

}  // namespace sampler

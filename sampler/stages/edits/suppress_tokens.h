// Suppress tokens: bans the listed tokens, always or only for the first output
// token.
//
//   l_i = -inf for i in ids, for i in ranges (token_ranges.h), and for i >=
//   from_id
//
// Contract: if nothing else is left the row's status is no_candidate.
// Thread-safety: immutable; any number of threads may call Apply.
// Options: from_id is for rows that are wider than the vocabulary: a padded
//   head may give ids that no tokenizer has.
// Cost: O(ids); with ranges or from_id that of RemoveUnmasked.
// Source: Hugging Face suppress_tokens and begin_suppress_tokens ("begin").
//   Ranges and the limit: SGLang #38279, mlx-vlm #1917, xgrammar #694.
// Tested by: tests/stages/edits/stages_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_EDITS_SUPPRESS_TOKENS_H_
#define SAMPLER_STAGES_EDITS_SUPPRESS_TOKENS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"
#include "sampler/token_mask.h"

namespace sampler {

class SuppressTokens final : public Stage {
 public:
  enum class When { kAlways, kBegin };

  static StageType Type();

  SuppressTokens(std::vector<TokenId> ids, When when)
      : ids_(std::move(ids)), when_(when) {}
  // Packed bits of the tokens that stay, and what becomes of those without a
  // bit.
  SuppressTokens(std::vector<std::uint32_t> allowed, MaskPadding padding,
                 When when)
      : allowed_(std::move(allowed)), padding_(padding), when_(when) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  std::vector<TokenId> ids_;
  std::vector<std::uint32_t> allowed_;  // Where there are ranges.
  MaskPadding padding_ = MaskPadding::kAllow;
  When when_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_SUPPRESS_TOKENS_H_

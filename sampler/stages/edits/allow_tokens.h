// Allow tokens: bans every token that is not listed.
//
//   l_i = -inf for i not in ids or ranges
//
// Contract: ids or ranges are given (token_ranges.h). If every listed token
//   was removed before, the row's status is no_candidate.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: O(ids), with ranges that of RemoveUnmasked; later stages see the listed
//   tokens only.
// Source: vLLM allowed_token_ids, Hugging Face prefix_allowed_tokens_fn.
// Tested by: tests/stages/edits/stages_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_EDITS_ALLOW_TOKENS_H_
#define SAMPLER_STAGES_EDITS_ALLOW_TOKENS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class AllowTokens final : public Stage {
 public:
  static StageType Type();

  // REQUIRES: `ids` ascends.
  explicit AllowTokens(std::vector<TokenId> ids) : ids_(std::move(ids)) {}
  // Packed bits of the tokens that stay. REQUIRES: not empty.
  explicit AllowTokens(std::vector<std::uint32_t> bits)
      : bits_(std::move(bits)) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  std::vector<TokenId> ids_;
  std::vector<std::uint32_t> bits_;  // Where there are ranges.
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_ALLOW_TOKENS_H_

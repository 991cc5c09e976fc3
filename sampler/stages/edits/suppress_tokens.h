// Suppress tokens: bans the listed tokens, always or only for the first output
// token.
//
//   l_i = -inf for i in ids
//
// Contract: if nothing else is left the row's status is no_candidate.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: O(ids).
// Source: Hugging Face suppress_tokens and begin_suppress_tokens ("begin").
// Tested by: tests/stages/edits/stages_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_EDITS_SUPPRESS_TOKENS_H_
#define SAMPLER_STAGES_EDITS_SUPPRESS_TOKENS_H_

#include <utility>
#include <vector>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class SuppressTokens final : public Stage {
 public:
  enum class When { kAlways, kBegin };

  static StageType Type();

  SuppressTokens(std::vector<TokenId> ids, When when)
      : ids_(std::move(ids)), when_(when) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  std::vector<TokenId> ids_;
  When when_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_SUPPRESS_TOKENS_H_

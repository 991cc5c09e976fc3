// Forced tokens: at listed positions of the output only the listed tokens may
// be drawn.
//
//   l_i = -inf for i not in ids    at that position
//
// Contract: positions count the output from 0. A listed token that was removed
//   before is not revived; if none is left the row's status is no_candidate.
//   Several listed tokens keep their ratio; with "zero" their logits become 0,
//   which makes them equally likely. An empty list of positions changes
//   nothing.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: O(log positions); at a listed position O(its ids).
// Source: Hugging Face ForcedBOSToken and ForcedEOSToken ("zero"), vLLM
//   trace_decode_token_ids ("keep").
// Tested by: tests/stages/edits/stages_length_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_EDITS_FORCED_TOKENS_H_
#define SAMPLER_STAGES_EDITS_FORCED_TOKENS_H_

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class ForcedTokens final : public Stage {
 public:
  // The logits of the listed tokens: kept, or set to 0.
  enum class Listed { kKeep, kZero };

  static StageType Type();

  // REQUIRES: the ids of a position ascend.
  ForcedTokens(std::map<std::int64_t, std::vector<TokenId>> at, Listed listed)
      : at_(std::move(at)), listed_(listed) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  std::map<std::int64_t, std::vector<TokenId>> at_;
  Listed listed_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_FORCED_TOKENS_H_

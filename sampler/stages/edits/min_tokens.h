// Minimum length: bans the tokens that would end the text until it is long
// enough.
//
//   l_i = -inf for i in stop_ids    while count < n
//
// Contract: n >= 0, and 0 changes nothing; stop_ids is not empty where n > 0.
//   `count` is the number of output tokens accepted so far; with "total" it
//   includes the prompt. If only stop tokens are left (after a mask, say) the
//   row's status is no_candidate: the minimum is not dropped in silence. With
//   `yield` they stay.
// Nothing is remembered between steps, so that rollback and snapshots are
//   exact.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: O(stop_ids); with `yield` that of Count.
// Source: vLLM min_tokens, Hugging Face min_new_tokens, SGLang min_new_tokens
//   ("output"); Hugging Face min_length ("total");
//   vLLM #54218 ("yield").
// Tested by: tests/stages/edits/stages_length_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_EDITS_MIN_TOKENS_H_
#define SAMPLER_STAGES_EDITS_MIN_TOKENS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class MinTokens final : public Stage {
 public:
  enum class Count { kOutput, kTotal };

  static StageType Type();

  // What becomes of the stop tokens where nothing else is left.
  enum class OnlyStops { kGo, kStay };

  MinTokens(std::int64_t n, std::vector<TokenId> stop_ids, Count count,
            OnlyStops only_stops)
      : n_(n),
        stop_ids_(std::move(stop_ids)),
        count_(count),
        only_stops_(only_stops) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  std::int64_t n_;
  std::vector<TokenId> stop_ids_;
  Count count_;
  OnlyStops only_stops_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_MIN_TOKENS_H_

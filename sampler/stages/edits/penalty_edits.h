// The edit that all penalties on seen tokens share.

#ifndef SAMPLER_STAGES_EDITS_PENALTY_EDITS_H_
#define SAMPLER_STAGES_EDITS_PENALTY_EDITS_H_

#include <algorithm>
#include <cstddef>

#include "absl/types/span.h"
#include "sampler/candidates/candidates.h"
#include "sampler/history/token_counts.h"
#include "sampler/stages/stage.h"

namespace sampler {

// Replaces the logit l of every distinct token of `seen`, but those of `exempt`
// (ascending), by f(l, count).
template <typename F>
void EditSeen(const HistoryView& seen, absl::Span<const TokenId> exempt,
              const StepContext& step, Candidates& candidates, F f) {
  const CountedTokens counted = step.counts.Of(seen);
  candidates.EditEach(counted.tokens, [&](std::size_t i, double logit) {
    const bool spared =
        std::binary_search(exempt.begin(), exempt.end(), counted.tokens[i]);
    return spared ? logit : f(logit, counted.counts[i]);
  });
}

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_PENALTY_EDITS_H_

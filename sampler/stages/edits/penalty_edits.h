// The edit that all penalties on seen tokens share.

#ifndef SAMPLER_STAGES_EDITS_PENALTY_EDITS_H_
#define SAMPLER_STAGES_EDITS_PENALTY_EDITS_H_

#include <cstddef>

#include "sampler/candidates/candidates.h"
#include "sampler/history/token_counts.h"
#include "sampler/stages/stage.h"

namespace sampler {

// Replaces the logit l of every distinct token of `seen` by f(l, count).
template <typename F>
void EditSeen(const HistoryView& seen, const StepContext& step,
              Candidates& candidates, F f) {
  const CountedTokens counted = step.counts.Of(seen);
  candidates.EditEach(counted.tokens, [&](std::size_t i, double logit) {
    return f(logit, counted.counts[i]);
  });
}

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_PENALTY_EDITS_H_

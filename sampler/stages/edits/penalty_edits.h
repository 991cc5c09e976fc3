// The edit that all penalties on seen tokens share.

#ifndef SAMPLER_STAGES_EDITS_PENALTY_EDITS_H_
#define SAMPLER_STAGES_EDITS_PENALTY_EDITS_H_

#include <cstdint>

#include "sampler/history/history.h"
#include "sampler/stages/stage.h"

namespace sampler {

// Replaces the logit l of every distinct token of `seen` by f(l, count).
template <typename F>
void EditSeen(const HistoryView& seen, const StepContext& step,
              Candidates& candidates, F f) {
  for (const TokenCount& each : step.counts.Of(seen)) {
    candidates.Edit(each.token,
                    [&](double logit) { return f(logit, each.count); });
  }
}

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_PENALTY_EDITS_H_

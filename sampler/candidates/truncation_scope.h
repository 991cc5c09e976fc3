// Lives as long as one truncation of Candidates. Its constructor sets
// `truncated` and stores the original masses if a rule wants them; its
// destructor tells the observer.

#ifndef SAMPLER_CANDIDATES_TRUNCATION_SCOPE_H_
#define SAMPLER_CANDIDATES_TRUNCATION_SCOPE_H_

#include "sampler/candidates/candidates.h"
#include "sampler/candidates/state.h"
#include "sampler/candidates/truncation_report.h"

namespace sampler {

class TruncationScope {
 public:
  explicit TruncationScope(CandidateView::State& state)
      : report_(Begin(state).set, state.masses, state.observer) {}

 private:
  static CandidateView::State& Begin(CandidateView::State& state) {
    state.truncated = true;
    state.original.Note(state.set, state.masses);
    return state;
  }

  TruncationReport report_;
};

}  // namespace sampler

#endif  // SAMPLER_CANDIDATES_TRUNCATION_SCOPE_H_

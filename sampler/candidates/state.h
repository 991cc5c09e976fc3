// The members of Candidates, which its .cc files share: the set, its exact
// masses, their bounds, and scratch memory. Internal.
//
// Thread-safety: one thread at a time (part of a Workspace).

#ifndef SAMPLER_CANDIDATES_STATE_H_
#define SAMPLER_CANDIDATES_STATE_H_

#include <cstdint>
#include <vector>

#include "sampler/arithmetic/mass_rule.h"
#include "sampler/bounds/mass_bounds.h"
#include "sampler/candidates/candidate_view.h"
#include "sampler/candidates/observer.h"
#include "sampler/rows/candidate_set.h"
#include "sampler/rows/exact_masses.h"
#include "sampler/rows/original_masses.h"
#include "sampler/rows/selection_scratch.h"

namespace sampler {

struct CandidateView::State {
  State() : masses(set), bounds(set) {}

  // Returns false if the exact masses are known already, or if no bounds can be
  // computed.
  bool HaveBounds() { return !masses.knows_support() && bounds.Have(); }
  bool HaveBoundsOfMean() {
    return !masses.knows_support() && bounds.HaveMean();
  }

  // Puts the first n candidates of the total order into scratch.gathered, in id
  // order.
  void GatherTop(std::int64_t n);

  // Leaves these, and remembers what is known of their weights.
  void Keep(const Survivors& survivors) {
    set.Keep(survivors);
    bounds.Follow();
    if (survivors.weights != nullptr) {
      masses.Adopt(*survivors.weights, survivors.mass);
    }
  }

  // Keeps the first k candidates, without a TruncationScope.
  void KeepFirstOfAll(std::int64_t k, Ties ties);

  CandidateSet set;
  ExactMasses masses;
  MassBounds bounds;
  OriginalMasses original;
  TruncationObserver* observer = nullptr;
  bool truncated = false;

  SelectionScratch scratch;
  std::vector<WeightedCandidate> listed;
  std::vector<bool> chosen;  // By id.
  std::vector<TokenId> allowed;
};

}  // namespace sampler

#endif  // SAMPLER_CANDIDATES_STATE_H_

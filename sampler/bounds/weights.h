// Which candidates weigh at least as much as a least weight that is only known
// to lie between two masses: decided if no candidate's weight lies there.
//
// Thread-safety: pure but for the scratch they are given.
// Cost: one gathering pass, and exact weights of what may pass.
// Tested by: tests/bounds/bounded_answers_test.cc.

#ifndef SAMPLER_BOUNDS_WEIGHTS_H_
#define SAMPLER_BOUNDS_WEIGHTS_H_

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/bounds/mass_interval.h"
#include "sampler/rows/candidate_set.h"
#include "sampler/rows/selection_scratch.h"
#include "sampler/rows/survivors.h"

namespace sampler {

// Candidates with their weights beside them, in scratch memory.
struct WeighedList {
  CandidateList* list;
  absl::Span<const Weight> weights;
};

// The candidates in `range`, weighed, in scratch.gathered and scratch.weights.
WeighedList GatherWeighed(const CandidateSet& set, const LogitRange& range,
                          SelectionScratch& scratch);

// Exactly those of at least the least weight, weighed.
std::optional<WeighedList> GatherHeavy(const CandidateSet& set,
                                       const MassInterval& least,
                                       SelectionScratch& scratch);

// The same as a truncation, where so many stay that the set can be cut in
// place; at least `min_keep`. REQUIRES (also below): min_keep >= 1.
std::optional<Survivors> DecideThreshold(const CandidateSet& set,
                                         const MassInterval& least,
                                         std::int64_t min_keep,
                                         SelectionScratch& scratch);

// The same, however many stay: also fewer than `min_keep`, where fewer are so
// heavy.
std::optional<Survivors> DecideWeights(const CandidateSet& set,
                                       const MassInterval& least,
                                       std::int64_t min_keep,
                                       SelectionScratch& scratch);

}  // namespace sampler

#endif  // SAMPLER_BOUNDS_WEIGHTS_H_

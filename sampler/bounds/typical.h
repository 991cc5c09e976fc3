// Which tokens are the most typical, tried by bounds: the shortest prefix of
// mass p in the order of |l - c|, c the mean logit, of which bounds say where
// it lies. The order is decided where no other logit is about as far from c as
// the last one kept.
//
// Thread-safety: pure but for the bounds and the scratch they are given.
// Cost: after the float32 sums, exact weights of the head; of more a sample, a
//   second float32 pass and exact weights of a ring around c.
// Tested by: tests/bounds/bounded_answers_test.cc.

#ifndef SAMPLER_BOUNDS_TYPICAL_H_
#define SAMPLER_BOUNDS_TYPICAL_H_

#include <optional>

#include "sampler/arithmetic/mass_rule.h"
#include "sampler/bounds/mass_bounds.h"
#include "sampler/rows/candidate_set.h"
#include "sampler/rows/exact_masses.h"
#include "sampler/rows/selection_scratch.h"
#include "sampler/rows/survivors.h"

namespace sampler {

// What `rule` keeps of that prefix. Where bounds leave two tokens of a ring,
// `masses` sums up what lies within it exactly. REQUIRES: 0 <= p <= 1;
// `bounds` are of `set`, and at hand (Have).
std::optional<Survivors> DecideTypical(const CandidateSet& set,
                                       const ExactMasses& masses,
                                       MassBounds& bounds, double p,
                                       const MassRule& rule,
                                       SelectionScratch& scratch);

}  // namespace sampler

#endif  // SAMPLER_BOUNDS_TYPICAL_H_

// Where a nucleus ends (the shortest prefix of the total order whose mass
// reaches p), tried by bounds. README.md has the argument.
//
// Thread-safety: pure but for the bounds and the scratch they are given.
// Cost: after the float32 sums, exact weights of the head; of a nucleus of
//   thousands a sample, a second float32 pass and exact weights of a band.
// Tested by: tests/bounds/bounded_answers_test.cc.

#ifndef SAMPLER_BOUNDS_NUCLEUS_H_
#define SAMPLER_BOUNDS_NUCLEUS_H_

#include <optional>

#include "sampler/arithmetic/mass_rule.h"
#include "sampler/bounds/mass_bounds.h"
#include "sampler/rows/candidate_set.h"
#include "sampler/rows/exact_masses.h"
#include "sampler/rows/selection_scratch.h"
#include "sampler/rows/survivors.h"

namespace sampler {

// What `rule` keeps of the prefix of mass p. Where the bounds leave two tokens
// of a band, `masses` sums up both sides of it exactly. REQUIRES: 0 <= p <= 1;
// `bounds` are of `set`, and at hand (Have).
std::optional<Survivors> DecideNucleus(const CandidateSet& set,
                                       const ExactMasses& masses,
                                       MassBounds& bounds, double p,
                                       const MassRule& rule,
                                       SelectionScratch& scratch);

}  // namespace sampler

#endif  // SAMPLER_BOUNDS_NUCLEUS_H_

// What "the prefix of mass p" means: the options in which runtimes differ. The
// first value of each is the house's.
//
// Plain values.

#ifndef SAMPLER_ARITHMETIC_MASS_RULE_H_
#define SAMPLER_ARITHMETIC_MASS_RULE_H_

#include <cstdint>

#include "sampler/arithmetic/mass.h"

namespace sampler {

// Which of several equal candidates comes first.
enum class TieOrder { kLowId, kHighId };
// Whether candidates tied with the last kept one stay.
enum class Ties { kExact, kKeepAll };
// At a running mass of exactly the target: stop there, or take one more.
enum class Equality { kStop, kContinue };
// Whether the candidate that crosses the target is kept.
enum class Crossing { kInclude, kExclude };
// Masses of the survivors, or of the set before the first truncation.
enum class MassBasis { kSurviving, kOriginal };

// Whether a variance divides by n, or by n - 1.
enum class Deviation { kPopulation, kSample };

struct MassRule {
  Ties ties = Ties::kExact;
  Equality equality = Equality::kStop;
  Crossing crossing = Crossing::kInclude;
  MassBasis basis = MassBasis::kSurviving;
  TieOrder tie_order = TieOrder::kLowId;
  std::int64_t min_keep = 1;
};

// The running mass at which the prefix of p of `total` ends. REQUIRES: 0 <= p
// <= 1.
inline Mass MassToReach(double p, Mass total, const MassRule& rule) {
  // "Stop" ends at the first running mass >= p * S; "continue", and the
  // crossing candidate that is to be left out, at the first one > p * S.
  const bool exceed = rule.crossing == Crossing::kExclude ||
                      rule.equality == Equality::kContinue;
  return exceed ? MostMass(p, total) + 1 : LeastMass(p, total);
}

}  // namespace sampler

#endif  // SAMPLER_ARITHMETIC_MASS_RULE_H_

// The values that Candidates and a stage's rule exchange: totals for a
// threshold on weights, a head of the total order, and the rule's answer.
//
// Thread-safety: plain values.

#ifndef SAMPLER_CANDIDATES_RULES_H_
#define SAMPLER_CANDIDATES_RULES_H_

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "sampler/arithmetic/mass.h"

namespace sampler {

// The numbers that a threshold on weights may depend on. `entropy` and
// `squares` are set only if WeightRule::needs says so.
struct Totals {
  Mass mass;             // S, the sum of all weights.
  double entropy = 0.0;  // H, in nats.
  Mass squares = 0;      // The sum of the squared weights.
};

// The total that a threshold needs besides the mass.
enum class Needs { kMass, kEntropy, kSquares };

struct WeightRule {
  Needs needs = Needs::kMass;
  std::int64_t min_keep = 1;
};

// The first candidates of the total order, by their weights.
struct OrderHead {
  absl::Span<const Weight> weights;
  std::int64_t count;  // Of all candidates, not of the head alone.
  bool complete;       // All other candidates have weight 0.
};

// A rule's answer to a head: the number of candidates to keep; or none, and by
// how many nats the next head should be longer.
struct HeadVerdict {
  std::optional<std::int64_t> keep = {};
  double deeper = 0.0;
};

// The numbers that ShiftByMass adds to the logits of the chosen candidates and
// of the others.
struct Shifts {
  double chosen;
  double others;
};

}  // namespace sampler

#endif  // SAMPLER_CANDIDATES_RULES_H_

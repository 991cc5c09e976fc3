// What stages and Candidates tell each other about weights: the totals that a
// threshold may look at, the head of the total order, and what a rule answers.
//
// Thread-safety: plain values.

#ifndef SAMPLER_CANDIDATES_RULES_H_
#define SAMPLER_CANDIDATES_RULES_H_

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "sampler/arithmetic/mass.h"

namespace sampler {

// What a rule about weights may look at. `entropy` and `squares` are there if
// the rule says that it needs them.
struct Totals {
  Mass mass;             // S, the sum of all weights.
  double entropy = 0.0;  // H, in nats.
  Mass squares = 0;      // The sum of their squares.
};

// Which of them it needs besides the mass.
enum class Needs { kMass, kEntropy, kSquares };

struct WeightRule {
  Needs needs = Needs::kMass;
  std::int64_t min_keep = 1;
};

// A head of the total order: the weights of its candidates.
struct OrderHead {
  absl::Span<const Weight> weights;
  std::int64_t count;  // Of all candidates.
  bool complete;       // True if nobody else weighs anything.
};

// What a rule answers to a head: how many candidates to keep, or nothing and
// how many nats further down it would like to look.
struct HeadVerdict {
  std::optional<std::int64_t> keep = {};
  double deeper = 0.0;
};

// What ShiftByMass adds to the logits of chosen candidates and of the others.
struct Shifts {
  double chosen;
  double others;
};

}  // namespace sampler

#endif  // SAMPLER_CANDIDATES_RULES_H_

// The tokens that a row does not list, and what a distribution can be with
// them.
//
// n tokens are not listed. None of their logits exceeds a known bound, and they
// weigh m together, which may be unknown. After a division of all logits by T,
// with b = 1 / T and masses in units of the listed ones', they weigh
//
//   r = m / (1 - m)                                  T = 1
//   between r c^(b - 1) and n (r / n)^b              T > 1
//   between n (r / n)^b and r c^(b - 1)              T < 1
//
// where c is the most that one of them can weigh at T = 1: x^b is concave
// (convex), so of n numbers with the sum r, none above c, the sum of x^b is
// least (most) where r / c of them are c, and most (least) where all are equal.
// Where m is unknown they weigh between nothing and n of the largest.
//
// From their share t of the row and the most that one can have follow the ends
// of its entropy, its sum of squares and a probability: those of the most
// uneven and of the even distribution of t, over the whole range of t. Each end
// is reached by some row.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/compare/unlisted_test.cc: the truth of full rows lies
//   between the ends, and rows reach them.

#ifndef SAMPLER_TOOLS_COMPARE_UNLISTED_H_
#define SAMPLER_TOOLS_COMPARE_UNLISTED_H_

#include <cstdint>
#include <optional>

#include "sampler/logs/log.h"
#include "tools/compare/range.h"

namespace sampler::tools {

struct Unlisted {
  std::int64_t tokens = 0;
  Range mass;       // As a share of the row.
  double most = 0;  // No token weighs more, in units of the listed ones' mass.

  // No token has a larger share of the row.
  double most_share() const { return most * (1.0 - mass.low); }
};

// A listed token's share of the listed mass at T = 1, and at T.
struct ListedShare {
  double raw = 0;
  double tempered = 0;
};

// `heaviest`: the likeliest listed token. REQUIRES: temperature > 0.
Unlisted UnlistedAt(const logs::TailInfo& tail, double temperature,
                    const ListedShare& heaviest);

// The entropy of the row, and its sum of squared probabilities, from those of
// the listed tokens alone.
Range EntropyWith(const Unlisted& rest, double listed);
Range SquaresWith(const Unlisted& rest, double listed);

// The probability of a token with the share `listed` of the listed mass; empty:
// of one that is not listed.
Range ProbabilityWith(const Unlisted& rest, std::optional<double> listed);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_UNLISTED_H_

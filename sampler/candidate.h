// Token ids, and candidates: a token with its logit, or with its weight as
// well.
//
// A removed candidate has the logit -inf. Headers compare its bits (IsRemoved),
// because a program compiled with -ffast-math may assume that no double is
// -inf, and code that it inlines from these headers must still be right.
//
// Thread-safety: plain values, constants and pure functions.
// Tested by: tests/install/check.sh (consumers with fast math draw the same).

#ifndef SAMPLER_CANDIDATE_H_
#define SAMPLER_CANDIDATE_H_

#include <bit>
#include <cstdint>

#include "sampler/arithmetic/mass.h"

namespace sampler {

// From 0 to the vocabulary size - 1; -1 where there is no token.
using TokenId = std::int32_t;

struct Candidate {
  TokenId id;
  double logit;
};

struct WeightedCandidate {
  TokenId id;
  double logit;
  Weight weight;  // mass.h.
};

inline constexpr std::uint64_t kRemovedBits = 0xfff0'0000'0000'0000;
inline constexpr double kRemoved = std::bit_cast<double>(kRemovedBits);

constexpr bool IsRemoved(double logit) {
  return std::bit_cast<std::uint64_t>(logit) == kRemovedBits;
}

}  // namespace sampler

#endif  // SAMPLER_CANDIDATE_H_

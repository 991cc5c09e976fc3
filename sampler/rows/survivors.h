// The answer to a truncation, as a value: which candidates stay. Whoever finds
// it changes nothing; CandidateSet::Keep applies it.
//
// Either a list of exactly those that stay, whose memory the set takes over, or
// a logit: everything that reaches it stays, but for a few ties.
//
// Thread-safety: a plain value; the memory that it points to is the scratch
//   that it was found in.

#ifndef SAMPLER_ROWS_SURVIVORS_H_
#define SAMPLER_ROWS_SURVIVORS_H_

#include <cstdint>

#include "absl/types/span.h"
#include "sampler/rows/candidate_list.h"

namespace sampler {

struct Survivors {
  // Exactly these. Null: those that reach `threshold`.
  CandidateList* list = nullptr;
  double threshold = 0.0;
  // Ascending: reach the threshold, and go all the same.
  absl::Span<const TokenId> except = {};

  static Survivors Exactly(CandidateList& list) { return {.list = &list}; }
  static Survivors Reaching(double threshold,
                            absl::Span<const TokenId> except = {}) {
    return {.threshold = threshold, .except = except};
  }
};

}  // namespace sampler

#endif  // SAMPLER_ROWS_SURVIVORS_H_

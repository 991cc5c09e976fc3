// The candidates that a truncation keeps, as a value. The functions that
// compute it do not change the set; CandidateSet::Keep applies it.
//
// Either a list of exactly the candidates that stay, whose memory the set takes
// over; or a threshold: every candidate that reaches it stays, except a few
// ties.
//
// Thread-safety: a plain value that points into the scratch it was computed in.

#ifndef SAMPLER_ROWS_SURVIVORS_H_
#define SAMPLER_ROWS_SURVIVORS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/rows/candidate_list.h"

namespace sampler {

struct Survivors {
  // Exactly these stay. Null: those that reach `threshold` stay.
  CandidateList* list = nullptr;
  // Beside the list (it may be longer), if known: weights among those that
  // stay, none of them 0, and their sum.
  std::vector<Weight>* weights = nullptr;
  Mass mass = 0;
  double threshold = 0.0;
  // Ids of candidates that reach `threshold` but are removed. Ascending.
  absl::Span<const TokenId> except = {};

  static Survivors Exactly(CandidateList& list) { return {.list = &list}; }
  static Survivors AtLeast(double threshold,
                           absl::Span<const TokenId> except = {}) {
    return {.threshold = threshold, .except = except};
  }
};

}  // namespace sampler

#endif  // SAMPLER_ROWS_SURVIVORS_H_

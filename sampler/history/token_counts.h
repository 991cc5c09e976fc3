// How often each token occurs in a stretch of history.
//
// Tested by: tests/history/history_test.cc.

#ifndef SAMPLER_HISTORY_TOKEN_COUNTS_H_
#define SAMPLER_HISTORY_TOKEN_COUNTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/history/history.h"

namespace sampler {

// Distinct tokens, and beside each how often it occurs.
struct CountedTokens {
  absl::Span<const TokenId> tokens;
  absl::Span<const std::uint32_t> counts;
};

// Distinct tokens of a history view and how often each occurs.
//
// Several penalties of one step mostly ask for one view. What was counted last
// is therefore remembered, by where the view lies in memory, until Begin: as
// long as the history does not move.
//
// Cost: O(view), or O(1) for the view that was counted last, with a table of 4
// bytes per token of the vocabulary that is never scanned; no allocation once
// grown.
// Thread-safety: one thread at a time (part of a Workspace).
class TokenCounts {
 public:
  // Starts a step: makes room for tokens in [0, vocabulary_size) and forgets
  // what was counted. To be called whenever a history may have changed.
  void Begin(std::size_t vocabulary_size) {
    if (count_.size() < vocabulary_size) count_.resize(vocabulary_size);
    known_ = false;
  }

  // Every distinct token of `view` with its count, in order of first
  // occurrence, until the next call. REQUIRES: every token lies in the
  // vocabulary; no history has changed since Begin.
  CountedTokens Of(const HistoryView& view);

 private:
  std::vector<std::uint32_t> count_;  // By token; all 0 between calls.
  // The first distinct_ of these.
  std::vector<TokenId> tokens_;
  std::vector<std::uint32_t> counts_;
  std::size_t distinct_ = 0;
  HistoryView counted_;  // Of what, if it is known.
  bool known_ = false;
};

}  // namespace sampler

#endif  // SAMPLER_HISTORY_TOKEN_COUNTS_H_

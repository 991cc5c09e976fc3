// How often each token occurs in a stretch of history, where memory fades: the
// last `full` tokens count in full, those before them less and less.
//
//   units(d) = decay                  d <= full        (d = 1: the last token)
//              decay - (d - full)     full < d < full + decay
//              0                      else
//
// `decay` units are one occurrence. Units are integers, so that sums of them
// are exact, and the same in any order.
//
// Source: exllamav3's sustain_range and decay_range.
// Tested by: tests/history/faded_counts_test.cc (against the definition).

#ifndef SAMPLER_HISTORY_FADED_COUNTS_H_
#define SAMPLER_HISTORY_FADED_COUNTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/history/history.h"

namespace sampler {

// Distinct tokens of at least one unit; beside each the units of its last
// occurrence, which are its most, and those of all occurrences together.
struct FadedTokens {
  absl::Span<const TokenId> tokens;
  absl::Span<const std::int64_t> most;
  absl::Span<const std::int64_t> sums;
};

// Cost: O(view), with a table of 4 bytes per token of the vocabulary that is
//   never scanned; no allocation once grown.
// Thread-safety: one thread at a time (part of a Workspace).
class FadedCounts {
 public:
  // The tokens of `view`, from its last to its first occurrence, until the next
  // call. REQUIRES: every token lies in [0, vocabulary_size); full >= 0, 1 <=
  // decay < 2^31.
  FadedTokens Of(const HistoryView& view, std::int64_t full, std::int64_t decay,
                 std::int64_t vocabulary_size);

 private:
  std::vector<std::uint32_t> place_;  // By token, plus 1; all 0 between calls.
  std::vector<TokenId> tokens_;
  std::vector<std::int64_t> most_;
  std::vector<std::int64_t> sums_;
};

}  // namespace sampler

#endif  // SAMPLER_HISTORY_FADED_COUNTS_H_

// What has followed earlier occurrences of the end of a text: the question that
// n-gram bans and DRY put to the history.
//
// For every token x of `text` and the place j where it stands, let m(j) be the
// length of the longest common suffix of `pattern` and text[0..j), the tokens
// before it. The answer for x is the largest m(j).
//
// A search may have limits: it looks at the places where the pattern's last
// token stands, from the latest on, and at so many of them only, or until one
// has a match that is long enough.
//
// Found by the Z-algorithm from the end backwards, over the text if the pattern
// is its end, else over the text and the pattern: every token is compared a
// bounded number of times, however the text repeats itself. It stops only where
// the pattern's last token stands, because elsewhere m(j) is 0; most texts are
// hardly more than searched for that token.
//
// Cost: O(pattern + text), with a table of 4 bytes per token of the vocabulary
//   that is never scanned; no allocation once grown.
// Thread-safety: one thread at a time (part of a Workspace).
// Tested by: tests/history/repeats_test.cc (against the definition).

#ifndef SAMPLER_HISTORY_REPEATS_H_
#define SAMPLER_HISTORY_REPEATS_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/history/history.h"

namespace sampler {

// How far a search goes.
struct RepeatLimits {
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  std::size_t places = kNone;  // At most so many of them.
  std::size_t enough = kNone;  // None beyond a match of this length.
};

// A place of a text where a pattern's last token stands, and one after it.
struct RepeatMatch {
  TokenId next;            // The token after it.
  std::uint32_t length;    // Of the match, at least 1.
  std::uint32_t distance;  // Of `next` from the text's end; 1: it is the last.
};

class Repeats {
 public:
  // Calls f(x, longest) once for every distinct token x of `text` whose answer
  // is at least `at_least`; `text` and `pattern` may overlap. REQUIRES: tokens
  // lie in [0, vocabulary_size); limits only where at_least > 0.
  template <typename F>
  void ForEach(const HistoryView& text, const HistoryView& pattern,
               std::size_t at_least, std::int64_t vocabulary_size, F f,
               const RepeatLimits& limits = {}) {
    if (longest_.size() < static_cast<std::size_t>(vocabulary_size)) {
      longest_.resize(static_cast<std::size_t>(vocabulary_size));
    }
    Find(text, pattern, at_least, limits);
    for (const TokenId token : distinct_) {
      f(token,
        std::exchange(longest_[static_cast<std::size_t>(token)], 0u) - 1);
    }
  }

  // All places of `text`, the latest first, until the next call.
  absl::Span<const RepeatMatch> Matches(const HistoryView& text,
                                        const HistoryView& pattern);

 private:
  // Calls visit(next, length, distance) for the places, the latest first, until
  // it returns false.
  template <typename Visit>
  void Walk(const HistoryView& text, const HistoryView& pattern, Visit visit);
  void Find(const HistoryView& text, const HistoryView& pattern,
            std::size_t at_least, const RepeatLimits& limits);
  void Append(const HistoryView& view);
  void Note(TokenId token, std::size_t length);

  std::vector<TokenId> tokens_;         // Text; -1, pattern if it is no end.
  std::vector<std::size_t> suffix_;     // By place from the end, where asked.
  std::vector<std::uint32_t> longest_;  // Plus 1; all 0 between calls.
  std::vector<TokenId> distinct_;
  std::vector<RepeatMatch> matches_;
};

}  // namespace sampler

#endif  // SAMPLER_HISTORY_REPEATS_H_

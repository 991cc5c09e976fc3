// What has followed earlier occurrences of the end of a text: the question that
// n-gram bans and DRY put to the history.
//
// For every token x of `text` and the place j where it stands, let m(j) be the
// length of the longest common suffix of `pattern` and text[0..j), the tokens
// before it. The answer for x is the largest m(j).
//
// Found by the Z-algorithm over the reversed pattern followed by the reversed
// text: every token is compared a bounded number of times, however the text
// repeats itself. It stops only where the pattern's last token stands, because
// elsewhere m(j) is 0; most texts are hardly more than searched for that token.
//
// Cost: O(pattern + text), with a table of 4 bytes per token of the vocabulary
//   that is never scanned; no allocation once grown.
// Thread-safety: one thread at a time (part of a Workspace).
// Tested by: tests/history/repeats_test.cc (against the definition).

#ifndef SAMPLER_HISTORY_REPEATS_H_
#define SAMPLER_HISTORY_REPEATS_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sampler/candidate.h"
#include "sampler/history/history.h"

namespace sampler {

class Repeats {
 public:
  // Calls f(x, longest) once for every distinct token x of `text` whose answer
  // is at least `at_least`; `text` and `pattern` may overlap. REQUIRES: tokens
  // lie in [0, vocabulary_size).
  template <typename F>
  void ForEach(const HistoryView& text, const HistoryView& pattern,
               std::size_t at_least, std::int64_t vocabulary_size, F f) {
    if (longest_.size() < static_cast<std::size_t>(vocabulary_size)) {
      longest_.resize(static_cast<std::size_t>(vocabulary_size));
    }
    Find(text, pattern, at_least);
    for (const TokenId token : distinct_) {
      f(token,
        std::exchange(longest_[static_cast<std::size_t>(token)], 0u) - 1);
    }
  }

 private:
  void Find(const HistoryView& text, const HistoryView& pattern,
            std::size_t at_least);
  void Append(const HistoryView& view);
  void Note(TokenId token, std::size_t length);

  std::vector<TokenId> reversed_;       // Pattern, -1, text.
  std::vector<std::size_t> prefix_;     // Z of the pattern's part, where asked.
  std::vector<std::uint32_t> longest_;  // Plus 1; all 0 between calls.
  std::vector<TokenId> distinct_;
};

}  // namespace sampler

#endif  // SAMPLER_HISTORY_REPEATS_H_

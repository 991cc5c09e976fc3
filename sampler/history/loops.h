// Loops: a text that ends with one pattern over and over.
//
// For a distance p let m(p) be the number of tokens at the text's end each of
// which equals the one p places before it. The end is a pattern of p tokens,
// repeated 1 + floor(m(p) / p) times; and a next token closes the c-th
// repetition if it equals the one p places before it and m(p) >= (c - 1) p - 1.
//
//   if (FindLoop(sequence.history().View(Scope::kOutput, std::nullopt),
//                {.max_length = 64, .count = 4})) ...  // Stop the text.
//
// A question, not a stage: whether a text that loops is stopped, is for the
// caller's loop to say. The stage `loop_ban` keeps it from looping.
//
// Thread-safety: FindLoop is pure; Recurrences are of one thread at a time.
// Cost: linear in max_length * count, however the text repeats itself (the
//   Z-algorithm over the reversed end).
// Source: vLLM repetition_detection.
// Tested by: tests/history/loops_test.cc (every text of a toy language against
//   the definition).

#ifndef SAMPLER_HISTORY_LOOPS_H_
#define SAMPLER_HISTORY_LOOPS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sampler/history/history.h"

namespace sampler {

struct LoopRule {
  std::int64_t min_length = 1;  // Tokens of the pattern, >= 1.
  std::int64_t max_length = 32;
  std::int64_t count = 4;  // Times that it stands there at least, >= 2.

  // Tokens of a text's end that decide.
  std::size_t window() const;
};

struct Loop {
  std::int64_t length;  // Of the pattern.
  std::int64_t count;   // Times that it stands there, within the window.

  friend bool operator==(const Loop&, const Loop&) = default;
};

// m(p) of a text for many p.
class Recurrences {
 public:
  // m(1), ..., m(longest) of `text`; the distances that it is too short for
  // have 0. Stands until the next call. No allocation once grown.
  absl::Span<const std::size_t> Of(const HistoryView& text,
                                   std::size_t longest);

 private:
  std::vector<std::size_t> matches_;  // By distance; of 0 none.
};

// The loop of the shortest pattern that `text` ends with; none where it does
// not loop, and where the rule has lengths or a count that no loop has.
std::optional<Loop> FindLoop(const HistoryView& text, const LoopRule& rule);

}  // namespace sampler

#endif  // SAMPLER_HISTORY_LOOPS_H_

// How often each token occurs in a stretch of history.
//
// Tested by: tests/history/token_counts_test.cc (against plain counting).

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
// From one step to the next a view mostly moves on by a token. So the text that
// was counted last is kept: where the next view is the same text but for a few
// tokens at its ends, only those are counted. What is kept is compared token by
// token, not believed: the answer is a function of the view alone, whatever was
// counted, accepted or rolled back before.
//
// Several penalties of one step mostly ask for one view. Until Begin that is
// told by where the view lies in memory, as long as the history does not move.
//
// Cost: O(view): of 4,096 tokens 3 us, or a comparison of them (0.3 us) where
//   the view has moved by at most kMostMoved, or O(1) for the view that was
//   counted last. A table of 4 bytes per token of the vocabulary that is never
//   scanned; no allocation once grown.
// Thread-safety: one thread at a time (part of a Workspace).
class TokenCounts {
 public:
  // By so many tokens a view may have moved: one for a step, a few where a
  // draft was accepted or taken back.
  static constexpr std::size_t kMostMoved = 8;

  // Starts a step: makes room for tokens in [0, vocabulary_size). To be called
  // whenever a history may have changed.
  void Begin(std::size_t vocabulary_size) {
    if (place_.size() < vocabulary_size) place_.resize(vocabulary_size);
    known_ = false;
  }

  // Every distinct token of `view` with its count, in any order, until the next
  // call. REQUIRES: every token lies in the vocabulary; no history has changed
  // since Begin.
  CountedTokens Of(const HistoryView& view);

 private:
  // Which part of the view the counted text is.
  struct Overlap {
    std::size_t in_text;  // Where it begins in the text,
    std::size_t in_view;  // and in the view.
    std::size_t size;
  };

  absl::Span<const TokenId> text() const {
    return absl::MakeConstSpan(text_).subspan(begin_);
  }

  // The overlap if the view has moved by that little; else one of size 0.
  Overlap FindOverlap(const HistoryView& view) const;
  // Turns the text, and its counts, into the view.
  void Move(const HistoryView& view, const Overlap& overlap);
  void CountAll(const HistoryView& view);
  void MakeRoom(std::size_t size);
  void Add(TokenId token);
  void Take(TokenId token);

  // By token: its place in tokens_, plus 1; 0 for all others.
  std::vector<std::uint32_t> place_;
  // The first distinct_ of these.
  std::vector<TokenId> tokens_;
  std::vector<std::uint32_t> counts_;
  std::size_t distinct_ = 0;
  // What was counted, from begin_ on. What lies before it has been taken out,
  // and goes when there is no more room.
  std::vector<TokenId> text_;
  std::size_t begin_ = 0;
  HistoryView counted_;  // Where it lay in memory, if that is known.
  bool known_ = false;
};

}  // namespace sampler

#endif  // SAMPLER_HISTORY_TOKEN_COUNTS_H_

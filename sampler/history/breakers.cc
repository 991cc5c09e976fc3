#include "sampler/history/breakers.h"

#include <algorithm>
#include <utility>

#include "sampler/candidate.h"

namespace sampler {
namespace {

using Tokens = std::vector<TokenId>;

// Orders sequences by their first token.
struct ByHead {
  bool operator()(const Tokens& sequence, TokenId head) const {
    return sequence.front() < head;
  }
  bool operator()(TokenId head, const Tokens& sequence) const {
    return head < sequence.front();
  }
};

}  // namespace

Breakers::Breakers(std::vector<Tokens> sequences)
    : sequences_(std::move(sequences)) {
  std::sort(sequences_.begin(), sequences_.end());
  for (const Tokens& sequence : sequences_) {
    heads_.set(HeadBit(sequence.front()));
  }
}

std::size_t Breakers::LongestAt(const HistoryView& text,
                                std::size_t head) const {
  const auto [first, last] = std::equal_range(
      sequences_.begin(), sequences_.end(), text[head], ByHead());
  std::size_t longest = 0;
  for (auto breaker = first; breaker != last; ++breaker) {
    if (breaker->size() > text.size() - head) continue;
    std::size_t i = 1;
    while (i < breaker->size() && text[head + i] == (*breaker)[i]) ++i;
    if (i == breaker->size()) longest = std::max(longest, i);
  }
  return longest;
}

std::size_t Breakers::TokensAfterLast(const HistoryView& text) const {
  if (sequences_.empty()) return text.size();
  for (std::size_t head = text.size(); head-- > 0;) {
    if (!heads_.test(HeadBit(text[head]))) continue;
    const std::size_t length = LongestAt(text, head);
    if (length > 0) return text.size() - head - length;
  }
  return text.size();
}

bool Breakers::IsBreaker(TokenId token) const {
  // A sequence of one token sorts before the longer ones that it begins.
  const auto at =
      std::lower_bound(sequences_.begin(), sequences_.end(), token, ByHead());
  return at != sequences_.end() && at->front() == token && at->size() == 1;
}

}  // namespace sampler

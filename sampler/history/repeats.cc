#include "sampler/history/repeats.h"

#include <algorithm>

#include "sampler/candidate.h"

namespace sampler {
namespace {

// So many tokens are compared at once, in loops without a branch or a check of
// bounds, which compilers turn into vector instructions.
constexpr std::size_t kStride = 32;

// The last i <= `end` with tokens[i - 1] == token, or 0.
std::size_t FindBefore(const TokenId* tokens, std::size_t end, TokenId token) {
  std::size_t i = end;
  for (; i >= kStride; i -= kStride) {
    std::int32_t found = 0;
    for (std::size_t j = 0; j < kStride; ++j) {
      found += static_cast<std::int32_t>(tokens[i - kStride + j] == token);
    }
    if (found != 0) break;
  }
  while (i > 0 && tokens[i - 1] != token) --i;
  return i;
}

// How many of the `size` tokens before `a` and before `b` are the same.
std::size_t CommonSuffix(const TokenId* a, const TokenId* b, std::size_t size) {
  std::size_t i = 0;
  for (; i + kStride <= size; i += kStride) {
    std::int32_t differ = 0;
    for (std::size_t j = 1; j <= kStride; ++j) {
      differ |= *(a - i - j) ^ *(b - i - j);
    }
    if (differ != 0) break;
  }
  while (i < size && *(a - i - 1) == *(b - i - 1)) ++i;
  return i;
}

}  // namespace

void Repeats::Append(const HistoryView& view) {
  tokens_.insert(tokens_.end(), view.first.begin(), view.first.end());
  tokens_.insert(tokens_.end(), view.second.begin(), view.second.end());
}

void Repeats::Note(TokenId token, std::size_t length) {
  std::uint32_t& longest = longest_[static_cast<std::size_t>(token)];
  if (longest == 0) distinct_.push_back(token);
  longest = std::max(longest, static_cast<std::uint32_t>(length) + 1);
}

template <typename Visit>
void Repeats::Walk(const HistoryView& text, const HistoryView& pattern,
                   Visit visit) {
  if (text.size() == 0 || pattern.size() == 0) return;
  tokens_.clear();
  Append(text);
  if (!pattern.LiesAt(text.Last(pattern.size()))) {
    tokens_.push_back(-1);  // Equal to no token: no match is longer.
    Append(pattern);
  }
  const TokenId* const all = tokens_.data();
  const std::size_t size = tokens_.size();
  const TokenId last = all[size - 1];
  suffix_.resize(std::max(suffix_.size(), size));
  // Of places that lie k tokens before the end, [left, right) is the match with
  // the end that reaches farthest back. What lies inside it has been seen at
  // the end; only beyond it are tokens compared. (A place k in it after `last`
  // mirrors one at the end that is.)
  std::size_t left = 0;
  std::size_t right = 0;
  for (std::size_t place = FindBefore(all, size - 1, last); place > 0;
       place = FindBefore(all, place - 1, last)) {
    const std::size_t k = size - place;
    std::size_t length = 0;
    if (k < right) length = std::min(suffix_[k - left], right - k);
    if (k + length >= right) {
      length += CommonSuffix(all + size - length, all + place - length,
                             place - length);
      left = k;
      right = k + length;
    }
    suffix_[k] = length;
    if (place < text.size()) {
      // all[place] is the token after the match.
      if (!visit(all[place], std::min(length, pattern.size()),
                 text.size() - place)) {
        return;
      }
    }
  }
}

void Repeats::Find(const HistoryView& text, const HistoryView& pattern,
                   std::size_t at_least, const RepeatLimits& limits) {
  distinct_.clear();
  if (at_least == 0) {
    for (std::size_t j = 0; j < text.size(); ++j) Note(text[j], 0);
  }
  if (limits.places == 0) return;
  std::size_t places = 0;
  Walk(text, pattern,
       [&](TokenId next, std::size_t length, std::size_t /*distance*/) {
         if (length >= at_least) Note(next, length);
         return ++places != limits.places && length < limits.enough;
       });
}

absl::Span<const RepeatMatch> Repeats::Matches(const HistoryView& text,
                                               const HistoryView& pattern) {
  matches_.clear();
  Walk(text, pattern,
       [&](TokenId next, std::size_t length, std::size_t distance) {
         matches_.push_back({next, static_cast<std::uint32_t>(length),
                             static_cast<std::uint32_t>(distance)});
         return true;
       });
  return matches_;
}

}  // namespace sampler

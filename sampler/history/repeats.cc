#include "sampler/history/repeats.h"

#include <algorithm>

#include "sampler/candidate.h"

namespace sampler {
namespace {

// So many tokens are compared at once, in loops without a branch or a check of
// bounds, which compilers turn into vector instructions.
constexpr std::size_t kStride = 32;

// The first i >= `from` with tokens[i] == token, or `size`.
std::size_t FindToken(const TokenId* tokens, std::size_t from, std::size_t size,
                      TokenId token) {
  std::size_t i = from;
  for (; i + kStride <= size; i += kStride) {
    std::int32_t found = 0;
    for (std::size_t j = 0; j < kStride; ++j) {
      found += static_cast<std::int32_t>(tokens[i + j] == token);
    }
    if (found != 0) break;
  }
  while (i < size && tokens[i] != token) ++i;
  return i;
}

// How many of `size` tokens `a` and `b` begin with in common.
std::size_t CommonPrefix(const TokenId* a, const TokenId* b, std::size_t size) {
  std::size_t i = 0;
  for (; i + kStride <= size; i += kStride) {
    std::int32_t differ = 0;
    for (std::size_t j = 0; j < kStride; ++j) differ |= a[i + j] ^ b[i + j];
    if (differ != 0) break;
  }
  while (i < size && a[i] == b[i]) ++i;
  return i;
}

}  // namespace

void Repeats::Append(const HistoryView& view) {
  reversed_.insert(reversed_.end(), view.second.rbegin(), view.second.rend());
  reversed_.insert(reversed_.end(), view.first.rbegin(), view.first.rend());
}

void Repeats::Note(TokenId token, std::size_t length) {
  std::uint32_t& longest = longest_[static_cast<std::size_t>(token)];
  if (longest == 0) distinct_.push_back(token);
  longest = std::max(longest, static_cast<std::uint32_t>(length) + 1);
}

template <typename Visit>
void Repeats::Walk(const HistoryView& text, const HistoryView& pattern,
                   Visit visit) {
  reversed_.clear();
  Append(pattern);
  const std::size_t m = reversed_.size();
  reversed_.push_back(-1);  // Equal to no token: no match is longer than m.
  Append(text);
  prefix_.resize(std::max(prefix_.size(), m));
  const TokenId* const all = reversed_.data();
  const std::size_t size = reversed_.size();
  // [left, right) is the match with a prefix that reaches farthest. What lies
  // inside it has been seen in the prefix; only beyond it are tokens compared.
  // (A place k in it that holds all[0] mirrors one of the prefix that does.)
  std::size_t left = 0;
  std::size_t right = 0;
  for (std::size_t k = FindToken(all, 1, size, all[0]); k < size;
       k = FindToken(all, k + 1, size, all[0])) {
    std::size_t length = 0;
    if (k < right) length = std::min(prefix_[k - left], right - k);
    if (k + length >= right) {
      length += CommonPrefix(all + length, all + k + length, size - k - length);
      left = k;
      right = k + length;
    }
    if (k < m) {
      prefix_[k] = length;
    } else if (k > m + 1) {
      // all[k - 1] is the token after the match.
      if (!visit(all[k - 1], length, k - m - 1)) return;
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

#include "sampler/repeats.h"

#include <algorithm>

namespace sampler {

void Repeats::Append(const HistoryView& view) {
  reversed_.insert(reversed_.end(), view.second.rbegin(), view.second.rend());
  reversed_.insert(reversed_.end(), view.first.rbegin(), view.first.rend());
}

void Repeats::Note(std::int32_t token, std::size_t length) {
  std::uint32_t& longest = longest_[static_cast<std::size_t>(token)];
  if (longest == 0) distinct_.push_back(token);
  longest = std::max(longest, static_cast<std::uint32_t>(length) + 1);
}

void Repeats::Find(const HistoryView& text, const HistoryView& pattern,
                   std::size_t vocabulary_size) {
  if (longest_.size() < vocabulary_size) longest_.resize(vocabulary_size);
  distinct_.clear();
  reversed_.clear();
  Append(pattern);
  const std::size_t m = reversed_.size();
  reversed_.push_back(-1);  // Equal to no token: no match is longer than m.
  Append(text);
  const std::size_t size = reversed_.size();
  prefix_.resize(std::max(prefix_.size(), m));
  // [left, right) is the match with a prefix that reaches farthest. What lies
  // inside it has been seen in the prefix; only beyond it are tokens compared.
  std::size_t left = 0;
  std::size_t right = 0;
  for (std::size_t k = 1; k < size; ++k) {
    std::size_t length = 0;
    if (k < right) length = std::min(prefix_[k - left], right - k);
    if (k + length >= right) {
      while (k + length < size && reversed_[length] == reversed_[k + length]) {
        ++length;
      }
      left = k;
      right = k + length;
    }
    if (k < m) {
      prefix_[k] = length;
    } else if (k > m + 1) {
      Note(reversed_[k - 1], length);  // The token after the match.
    }
  }
  if (text.size() > 0) Note(reversed_.back(), 0);
}

}  // namespace sampler

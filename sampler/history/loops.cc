#include "sampler/history/loops.h"

#include <algorithm>
#include <limits>

namespace sampler {

std::size_t LoopRule::window() const {
  const auto length =
      static_cast<std::size_t>(std::max<std::int64_t>(max_length, 0));
  const auto times = static_cast<std::size_t>(std::max<std::int64_t>(count, 1));
  return length > std::numeric_limits<std::size_t>::max() / times
             ? std::numeric_limits<std::size_t>::max()
             : length * times;
}

absl::Span<const std::size_t> Recurrences::Of(const HistoryView& text,
                                              std::size_t longest) {
  const std::size_t size = text.size();
  const auto reversed = [&](std::size_t i) { return text[size - 1 - i]; };
  if (matches_.size() < longest + 1) matches_.resize(longest + 1);
  std::fill_n(matches_.begin(), longest + 1, 0);
  // The stretch [begin, end) that equals a beginning of the reversed text, of
  // those seen the one that reaches farthest.
  std::size_t begin = 0;
  std::size_t end = 0;
  for (std::size_t p = 1; p <= longest && p < size; ++p) {
    std::size_t match = p < end ? std::min(end - p, matches_[p - begin]) : 0;
    while (p + match < size && reversed(match) == reversed(p + match)) ++match;
    matches_[p] = match;
    if (p + match > end) {
      begin = p;
      end = p + match;
    }
  }
  return absl::MakeConstSpan(matches_).subspan(1, longest);
}

std::optional<Loop> FindLoop(const HistoryView& text, const LoopRule& rule) {
  if (rule.min_length < 1 || rule.count < 2) return std::nullopt;
  const HistoryView end = text.Last(rule.window());
  const auto longest = static_cast<std::size_t>(std::clamp<std::int64_t>(
      rule.max_length, 0, static_cast<std::int64_t>(end.size())));
  Recurrences recurrences;
  const absl::Span<const std::size_t> matches = recurrences.Of(end, longest);
  for (auto p = static_cast<std::size_t>(rule.min_length); p <= longest; ++p) {
    const auto count = static_cast<std::int64_t>(1 + matches[p - 1] / p);
    if (count < rule.count) continue;
    return Loop{static_cast<std::int64_t>(p), count};
  }
  return std::nullopt;
}

}  // namespace sampler

#include "tools/inspect/loops.h"

#include <cstddef>
#include <vector>

namespace sampler::tools {

std::optional<TextLoop> FindFirstLoop(absl::Span<const TokenId> text,
                                      const LoopDoubt& doubt) {
  const LoopRule& rule = doubt.rule;
  const auto longest = static_cast<std::size_t>(rule.max_length);
  // By distance: tokens up to here that equal the one so many places before.
  std::vector<std::int64_t> matches(longest + 1);
  const auto repeats = [&](std::size_t at, std::size_t p) {
    return text[at] >= 0 && text[at] == text[at - p];
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (std::size_t p = 1; p <= longest && p <= at; ++p) {
      matches[p] = repeats(at, p) ? matches[p] + 1 : 0;
    }
    for (auto p = static_cast<std::size_t>(rule.min_length);
         p <= longest && p <= at; ++p) {
      const auto length = static_cast<std::int64_t>(p);
      const std::int64_t covered = length + matches[p];
      if (covered < length * rule.count || covered < doubt.least_tokens) {
        continue;
      }
      std::size_t end = at + 1;
      while (end < text.size() && repeats(end, p)) ++end;
      return TextLoop{static_cast<std::int64_t>(at) + 1 - covered,
                      static_cast<std::int64_t>(end), length};
    }
  }
  return std::nullopt;
}

LogLoops FindLoops(const logs::Log& log, const LoopDoubt& doubt) {
  LogLoops found;
  if (log.tokens().empty()) return found;
  for (std::size_t i = 0; i < log.sequences().size(); ++i) {
    const logs::LogSequence& sequence = log.sequences()[i];
    std::optional<TextLoop> loop = FindFirstLoop(
        log.tokens().subspan(static_cast<std::size_t>(sequence.first_row),
                             static_cast<std::size_t>(sequence.rows)),
        doubt);
    if (!loop.has_value() || found.sequences++ > 0) continue;
    found.first = static_cast<std::int64_t>(i);
    found.to_its_end = loop->end == sequence.rows;
    loop->begin += sequence.first_row;
    loop->end += sequence.first_row;
    found.loop = *loop;
  }
  return found;
}

}  // namespace sampler::tools

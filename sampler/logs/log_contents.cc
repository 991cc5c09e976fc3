#include "sampler/logs/log_contents.h"

#include <algorithm>
#include <iterator>

namespace sampler::logs {

LogContents ContentsOf(const Log& log) {
  LogContents contents;
  contents.vocabulary_size = log.vocabulary_size();
  contents.dtype = log.description().dtype;
  contents.metadata = log.description().metadata;
  contents.tokens.assign(log.tokens().begin(), log.tokens().end());
  contents.attempts.assign(log.attempts().begin(), log.attempts().end());
  if (log.has_bans()) {
    for (std::int64_t row = 0; row < log.rows(); ++row) {
      const absl::Span<const TokenId> bans = log.Bans(row);
      contents.banned_tokens.insert(contents.banned_tokens.end(), bans.begin(),
                                    bans.end());
      contents.ban_offsets.push_back(std::ssize(contents.banned_tokens));
    }
  }
  for (const LogSequence& sequence : log.sequences()) {
    contents.sequence_offsets.push_back(sequence.first_row + sequence.rows);
    contents.prompt_tokens.insert(contents.prompt_tokens.end(),
                                  sequence.prompt.begin(),
                                  sequence.prompt.end());
    contents.prompt_offsets.push_back(std::ssize(contents.prompt_tokens));
    contents.drawn_with.push_back(sequence.drawn_with);
  }
  const bool told =
      std::any_of(contents.drawn_with.begin(), contents.drawn_with.end(),
                  [](const auto& s) { return s.has_value(); });
  if (!told) contents.drawn_with.clear();
  return contents;
}

}  // namespace sampler::logs

#include "sampler/stages/edits/token_ranges.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "sampler/arithmetic/mass.h"

namespace sampler {

Parameter RangesParameter() {
  return TokenSequences("ranges", "tokens as [[from, to], ...], both included")
      .Default(Value::List{});
}

std::string CheckRanges(const Parameters& parameters) {
  std::size_t i = 0;
  for (const TokenSequence& range : parameters.TokenSequences("ranges")) {
    if (range.size() != 2 || range[0] > range[1]) {
      return absl::StrCat("\"ranges\": got a bad range at ", i,
                          ", want [from, to], from <= to");
    }
    ++i;
  }
  return "";
}

std::vector<TokenId> ReadIdsAndRanges(const Parameters& parameters) {
  std::vector<TokenId> ids = parameters.TokenIds("ids");
  for (const TokenSequence& range : parameters.TokenSequences("ranges")) {
    const TokenId last = std::min<TokenId>(
        range[1], static_cast<TokenId>(kMaxVocabularySize - 1));
    for (TokenId id = range[0]; id <= last; ++id) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

std::vector<std::uint32_t> PackedBits(const std::vector<TokenId>& ids) {
  std::vector<std::uint32_t> words;
  for (const TokenId id : ids) {
    if (id >= kMaxVocabularySize) continue;
    const auto i = static_cast<std::size_t>(id);
    if (words.size() <= i / 32) words.resize(i / 32 + 1);
    words[i / 32] |= 1u << (i % 32);
  }
  return words;
}

}  // namespace sampler

#include "sampler/importers/token_texts.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "sampler/candidate.h"

namespace sampler::importers {
namespace {

constexpr std::size_t kLongestBreaker = 40;
constexpr std::size_t kLongestRest = 20;

}  // namespace

TokenIds TokensContaining(const TokenTexts& texts, absl::string_view text) {
  TokenIds ids;
  if (text.empty()) return ids;
  for (TokenId id = 0; id < texts.size(); ++id) {
    if (absl::StrContains(texts.Bytes(id), text)) ids.push_back(id);
  }
  return ids;
}

TokenIds Spell(const TokenTexts& texts, absl::string_view text) {
  TokenIds ids;
  while (!text.empty()) {
    TokenId best = -1;
    std::size_t length = 0;
    for (TokenId id = 0; id < texts.size(); ++id) {
      const std::string bytes = texts.Bytes(id);
      if (bytes.size() > length && absl::StartsWith(text, bytes)) {
        best = id;
        length = bytes.size();
      }
    }
    if (best < 0) return {};
    ids.push_back(best);
    text.remove_prefix(length);
  }
  return ids;
}

std::vector<TokenIds> BreakerSequences(const TokenTexts& texts,
                                       absl::string_view text) {
  text = text.substr(0, kLongestBreaker);
  if (text.empty()) return {};
  // The spelling of what follows each proper beginning of `text`.
  std::vector<TokenIds> rests(text.size());
  for (std::size_t head = 1; head < text.size(); ++head) {
    rests[head] = Spell(texts, text.substr(head));
    if (rests[head].size() > kLongestRest) rests[head].resize(kLongestRest);
  }
  std::set<TokenIds> found;
  for (TokenId id = 0; id < texts.size(); ++id) {
    const std::string bytes = texts.Bytes(id);
    if (absl::StrContains(bytes, text)) {
      found.insert({id});
      continue;
    }
    for (std::size_t head = 1; head < text.size(); ++head) {
      if (rests[head].empty() || !absl::EndsWith(bytes, text.substr(0, head))) {
        continue;
      }
      TokenIds sequence = {id};
      sequence.insert(sequence.end(), rests[head].begin(), rests[head].end());
      found.insert(std::move(sequence));
    }
  }
  return {found.begin(), found.end()};
}

}  // namespace sampler::importers

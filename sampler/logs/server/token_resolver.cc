#include "sampler/logs/server/token_resolver.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/candidate.h"
#include "sampler/logs/errors.h"
#include "sampler/parameters/printable.h"

namespace sampler::logs {
namespace {

// How many tokens of the answers have ids, and how many have not.
struct Told {
  std::int64_t ids = 0;
  std::int64_t texts = 0;

  void Add(const AnswerToken& token) { ++(token.id >= 0 ? ids : texts); }
};

Told CountTold(const std::vector<AnswerSequence>& sequences) {
  Told told;
  for (const AnswerSequence& sequence : sequences) {
    for (const AnswerPosition& position : sequence.positions) {
      if (position.chosen) told.Add(*position.chosen);
      for (const AnswerToken& token : position.top) told.Add(token);
    }
  }
  return told;
}

std::string Quoted(const std::string& text) {
  constexpr std::size_t kShown = 40;
  return absl::StrCat(
      "\"", EscapeUnsafe(text.substr(0, kShown), Escapes::kBytes), "\"");
}

}  // namespace

absl::StatusOr<TokenResolver> TokenResolver::Create(
    const std::string& file, const std::vector<AnswerSequence>& sequences,
    const std::vector<std::string>& vocabulary) {
  TokenResolver resolver;
  const Told told = CountTold(sequences);
  resolver.labels_ = told.ids == 0 && told.texts > 0 && vocabulary.empty();
  if (told.texts == 0 || resolver.labels_) return resolver;
  if (vocabulary.empty()) {
    return InvalidLog(
        {file, "token ids",
         absl::StrCat(told.ids, " tokens with an id and ", told.texts,
                      " without"),
         "an id of every token, or the texts of the vocabulary",
         "say whose tokens they are, for the tool with --vocab-file"});
  }
  for (std::size_t id = 0; id < vocabulary.size(); ++id) {
    if (vocabulary[id].empty()) continue;
    const auto [place, fresh] = resolver.ids_.emplace(
        vocabulary[id], Entry{static_cast<std::int64_t>(id)});
    if (!fresh) place->second.shared = true;
  }
  return resolver;
}

std::optional<std::int64_t> TokenResolver::Resolve(const AnswerToken& token) {
  std::int64_t id = token.id;
  if (id < 0 && labels_) {
    id = ids_.emplace(token.text, Entry{std::ssize(ids_)}).first->second.id;
  } else if (id < 0) {
    const auto found = ids_.find(token.text);
    if (found == ids_.end()) {
      if (unknown_++ == 0) first_unknown_ = token.text;
      return std::nullopt;
    }
    id = found->second.id;
    if (found->second.shared && ambiguous_++ == 0) {
      first_ambiguous_ = token.text;
    }
  }
  if (!token.text.empty() && id <= std::numeric_limits<std::int32_t>::max()) {
    texts_.emplace(static_cast<TokenId>(id), token.text);
  }
  return id;
}

std::vector<std::string> TokenResolver::Notices() const {
  std::vector<std::string> notices;
  if (labels_) {
    notices.push_back(
        "the answer has no token ids: its texts are numbered as they appear, "
        "so ties and draws go by other numbers than the model's; "
        "--vocab-file FILE finds the ids");
  }
  if (ambiguous_ > 0) {
    notices.push_back(
        absl::StrCat(ambiguous_,
                     " tokens have a text that several ids of the vocabulary "
                     "share, and count as the smallest of them; the first is ",
                     Quoted(first_ambiguous_)));
  }
  if (unknown_ > 0) {
    notices.push_back(absl::StrCat(
        unknown_,
        " tokens have a text that the vocabulary does not have, and "
        "count as not listed; the first is ",
        Quoted(first_unknown_)));
  }
  return notices;
}

std::map<TokenId, std::string> TokenResolver::TakeTexts() {
  return std::exchange(texts_, {});
}

}  // namespace sampler::logs

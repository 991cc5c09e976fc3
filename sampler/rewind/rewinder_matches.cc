// Where phrases occur in the text that a rewinder holds.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sampler/rewind/rewinder.h"

namespace sampler {
namespace {

bool IsWord(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  return code >= 0x80 || absl::ascii_isalnum(code) || byte == '_';
}

}  // namespace

std::optional<Rewinder::Match> Rewinder::Step(std::size_t at) {
  std::optional<Match> complete;
  // The longest is the one that begins first.
  const auto offer = [&](const Match& match) {
    if (!complete.has_value() || match.begin < complete->begin) {
      complete = match;
    }
  };
  if (!IsWord(text_[at])) {
    for (const Match& match : waiting_) offer(match);
  }
  for (const std::size_t phrase : likely_) {
    const std::optional<Match> match = PatternEndingAt(phrase, at);
    if (match.has_value()) offer(*match);
  }
  waiting_.clear();
  state_ = automaton_->Next(state_, text_[at]);
  automaton_->ForEachMatch(state_, [&](std::size_t phrase) {
    const std::size_t begin = at + 1 - phrases_[phrase].text.size();
    if (!Stands(phrase, begin, at + 1)) return;
    if (phrases_[phrase].whole_words && IsWord(text_[at])) {
      waiting_.push_back({begin, phrase});
    } else {
      offer({begin, phrase});
    }
  });
  return complete;
}

bool Rewinder::BeginsAWord(std::size_t begin) const {
  if (!IsWord(text_[begin])) return true;
  if (begin > 0) return !IsWord(text_[begin - 1]);
  return before_.empty() || !IsWord(before_.back());
}

bool Rewinder::Passes(std::size_t phrase) const {
  const Phrase& wanted = phrases_[phrase];
  return wanted.most.has_value() && taken_[phrase] >= *wanted.most &&
         wanted.then == Phrase::Then::kPass;
}

void Rewinder::LookForPatterns(std::size_t begin) {
  likely_.clear();
  if (patterns_.empty()) return;
  context_ = absl::StrCat(before_, text_);
  for (const std::size_t phrase : patterns_) {
    const std::size_t first = begin - std::min(begin, phrases_[phrase].window);
    const bool may_occur =
        phrases_[phrase].pattern->MayOccur(context_, before_.size() + first);
    if (may_occur && !Passes(phrase)) likely_.push_back(phrase);
  }
}

std::optional<Rewinder::Match> Rewinder::PatternEndingAt(std::size_t phrase,
                                                         std::size_t end) {
  const std::size_t first = end - std::min(end, phrases_[phrase].window);
  const std::optional<std::size_t> begin =
      phrases_[phrase].pattern->FindEndingAt(context_, before_.size() + first,
                                             before_.size() + end);
  if (!begin.has_value()) return std::nullopt;
  const std::size_t skipped = before_.size();
  if (!(skipped + first <= *begin && *begin < skipped + end)) {
    wrong_pattern_ =
        absl::StrCat("phrase ", phrase, ": /pattern: found a stretch from ",
                     *begin, " on, want one that begins in [", skipped + first,
                     ", ", skipped + end, ")");
    return std::nullopt;
  }
  return Match{*begin - skipped, phrase};
}

absl::Status Rewinder::WrongPattern() {
  return absl::InvalidArgumentError(std::exchange(wrong_pattern_, ""));
}

std::size_t Rewinder::HeldForPatterns() const {
  std::size_t held = 0;
  for (const std::size_t phrase : patterns_) {
    if (!Passes(phrase)) held = std::max(held, phrases_[phrase].window);
  }
  return held;
}

bool Rewinder::Stands(std::size_t phrase, std::size_t begin,
                      std::size_t end) const {
  const Phrase& wanted = phrases_[phrase];
  if (Passes(phrase)) return false;
  if (!wanted.ignore_case &&
      text_.compare(begin, end - begin, wanted.text) != 0) {
    return false;
  }
  return !wanted.whole_words || BeginsAWord(begin);
}

}  // namespace sampler

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
  const char byte = ByteAt(at);
  if (!IsWord(byte)) {
    // One of them may have been taken back as often as it may be since it was
    // noted.
    for (const Match& match : progress_.waiting) {
      if (!Passes(match.phrase)) offer(match);
    }
  }
  for (const std::size_t phrase : likely_) {
    const std::optional<Match> match = PatternEndingAt(phrase, at);
    if (match.has_value()) offer(*match);
  }
  progress_.waiting.clear();
  const auto look = [&](const PhraseAutomaton& automaton,
                        PhraseAutomaton::State& state) {
    state = automaton.Next(state, byte);
    bool decided = false;
    automaton.ForEachMatch(state, [&](std::size_t phrase) {
      const Match match = {at + 1 - phrases_[phrase].text.size(), phrase};
      if (!Stands(match)) return true;
      const bool waits = phrases_[phrase].whole_words && IsWord(byte);
      if (waits) {
        // Behind one that never passes no shorter one is ever the first.
        if (!decided) progress_.waiting.push_back(match);
        decided = decided || !phrases_[phrase].most.has_value();
      } else if (!Passes(phrase)) {
        offer(match);
        return false;
      }
      return true;
    });
  };
  look(automata_->exact, progress_.exact);
  look(automata_->any_case, progress_.any_case);
  return complete;
}

bool Rewinder::Stands(const Match& match) const {
  if (!phrases_[match.phrase].whole_words || !IsWord(ByteAt(match.begin))) {
    return true;
  }
  // Before the text's first byte, and before what was restored from nothing,
  // there is none.
  return match.begin == left_ || !IsWord(ByteAt(match.begin - 1));
}

std::size_t Rewinder::Begun() const {
  std::size_t begun =
      end() - std::max(automata_->exact.Depth(progress_.exact),
                       automata_->any_case.Depth(progress_.any_case));
  for (const Match& match : progress_.waiting) {
    begun = std::min(begun, match.begin);
  }
  return begun;
}

bool Rewinder::Passes(std::size_t phrase) const {
  const Phrase& wanted = phrases_[phrase];
  return wanted.most.has_value() && taken_[phrase] >= *wanted.most &&
         wanted.then == Phrase::Then::kPass;
}

std::size_t Rewinder::ContextBegin() const {
  return held_begin() - std::min<std::size_t>(emitted_, 1);
}

StringView Rewinder::Context() const {
  return StringView(text_).substr(ContextBegin() - left_);
}

void Rewinder::LookForPatterns(std::size_t begin) {
  likely_.clear();
  for (const std::size_t phrase : patterns_) {
    if (Passes(phrase)) continue;
    const std::size_t first =
        begin - std::min(begin - held_begin(), phrases_[phrase].window);
    if (phrases_[phrase].pattern->MayOccur(Context(), first - ContextBegin())) {
      likely_.push_back(phrase);
    }
  }
}

std::optional<Rewinder::Match> Rewinder::PatternEndingAt(std::size_t phrase,
                                                         std::size_t end) {
  const std::size_t skipped = ContextBegin();
  const std::size_t first =
      end - std::min(end - held_begin(), phrases_[phrase].window) - skipped;
  const std::optional<std::size_t> begin =
      phrases_[phrase].pattern->FindEndingAt(Context(), first, end - skipped);
  if (!begin.has_value()) return std::nullopt;
  if (!(first <= *begin && *begin < end - skipped)) {
    wrong_pattern_ = absl::StrCat(
        "phrase ", phrase, ": /pattern: found a stretch from ", *begin,
        " on, want one that begins in [", first, ", ", end - skipped, ")");
    return std::nullopt;
  }
  return Match{*begin + skipped, phrase};
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

}  // namespace sampler

#include "sampler/rewind/rewinder.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sampler {
namespace {

// The automaton of those phrases; the others keep their number, without a text.
PhraseAutomaton AutomatonOf(const std::vector<Rewinder::Phrase>& phrases,
                            PhraseAutomaton::Letters letters) {
  const bool any_case = letters == PhraseAutomaton::Letters::kAnyCase;
  std::vector<std::string> texts(phrases.size());
  for (std::size_t i = 0; i < phrases.size(); ++i) {
    if (phrases[i].ignore_case == any_case) texts[i] = phrases[i].text;
  }
  return PhraseAutomaton(texts, letters);
}

template <typename Items>
void DropFirst(Items& items, std::size_t count) {
  items.erase(items.begin(),
              items.begin() + static_cast<std::ptrdiff_t>(count));
}

// "" if nothing is.
std::string WrongWith(const Rewinder::Phrase& phrase) {
  if (phrase.most.value_or(0) < 0) {
    return absl::StrCat("/most: got ", *phrase.most, ", want an integer >= 0");
  }
  if (phrase.then == Rewinder::Phrase::Then::kStop &&
      !phrase.most.has_value()) {
    return "/then: got stop without /most, after which it would, want both or "
           "neither";
  }
  if (phrase.pattern == nullptr) {
    return phrase.text.empty() ? "got no text, want at least a byte" : "";
  }
  if (!phrase.text.empty()) return "got a text and a pattern, want one of them";
  if (phrase.window == 0) return "/window: got 0, want at least a byte";
  if (phrase.ignore_case || phrase.whole_words) {
    return "got ignore_case or whole_words beside a pattern, want neither: a "
           "pattern says itself what it matches";
  }
  return "";
}

}  // namespace

Rewinder::Rewinder(std::vector<Phrase> phrases)
    : phrases_(std::move(phrases)),
      automata_(std::make_shared<const Automata>(
          Automata{AutomatonOf(phrases_, PhraseAutomaton::Letters::kExact),
                   AutomatonOf(phrases_, PhraseAutomaton::Letters::kAnyCase)})),
      taken_(phrases_.size()) {
  for (std::size_t i = 0; i < phrases_.size(); ++i) {
    if (phrases_[i].pattern != nullptr) patterns_.push_back(i);
  }
}

absl::StatusOr<Rewinder> Rewinder::Create(std::vector<Phrase> phrases) {
  for (std::size_t i = 0; i < phrases.size(); ++i) {
    const std::string wrong = WrongWith(phrases[i]);
    if (wrong.empty()) continue;
    return absl::InvalidArgumentError(absl::StrCat("phrase ", i, ": ", wrong));
  }
  return Rewinder(std::move(phrases));
}

class Rewinder::Call {
 public:
  explicit Call(Rewinder& rewinder)
      : rewinder_(rewinder), exceptions_(std::uncaught_exceptions()) {
    rewinder_.in_call_ = true;
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() { rewinder_.in_call_ = std::uncaught_exceptions() > exceptions_; }

 private:
  Rewinder& rewinder_;
  int exceptions_;
};

absl::Status Rewinder::CheckWhole() const {
  if (!in_call_) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "rewinder: got one that ran out of memory, want a new one: it may have "
      "lost what it held");
}

absl::StatusOr<Rewinder::Answer> Rewinder::Add(TokenId token, StringView text,
                                               Sequence& sequence) {
  absl::Status status = CheckWhole();
  if (!status.ok()) return status;
  const Call call(*this);
  if (sequence.position() <= held_tokens()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "sequence: got ", sequence.position(), " tokens, want the ",
        held_tokens(), " that are held and the one that is added"));
  }
  if (const TokenId last = sequence.history().output().back(); last != token) {
    return absl::InvalidArgumentError(
        absl::StrCat("token: got ", token,
                     ", want the one that the sequence "
                     "has accepted last, ",
                     last));
  }
  Hold(token, text);
  const std::size_t begin = tokens_.back().begin;
  LookForPatterns(begin);
  for (std::size_t at = begin; at < end(); ++at) {
    const std::optional<Match> match = Step(at);
    if (match.has_value()) return Complete(*match, sequence);
  }
  if (!wrong_pattern_.empty()) return WrongPattern();
  const std::size_t window = std::min(held().size(), HeldForPatterns());
  return Answer{.emit = EmitBefore(std::min(Begun(), end() - window))};
}

void Rewinder::Hold(TokenId token, StringView text) {
  const std::size_t begin = end();
  const std::size_t begun = Begun();
  // What is needed for this token is needed for those before it, back to the
  // one where the phrase may have begun. That is enough to look at: a later
  // place never has an earlier one at which a phrase may have begun.
  const std::size_t needs = begun < begin && held_tokens() > 0
                                ? tokens_[TokenAt(begun)].needs
                                : begin;
  tokens_.push_back({token, begin, needs, progress_});
  text_.append(text.data(), text.size());
}

std::size_t Rewinder::TokenAt(std::size_t place) const {
  const auto first =
      tokens_.begin() + static_cast<std::ptrdiff_t>(emitted_tokens_);
  const auto after = std::upper_bound(
      first, tokens_.end(), place,
      [](std::size_t at, const Held& token) { return at < token.begin; });
  return static_cast<std::size_t>(std::max(after - 1, first) - tokens_.begin());
}

absl::StatusOr<Rewinder::Answer> Rewinder::Complete(const Match& match,
                                                    Sequence& sequence) {
  const Phrase& phrase = phrases_[match.phrase];
  if (phrase.most.has_value() && taken_[match.phrase] >= *phrase.most) {
    return Answer{.next = Next::kStop, .phrase = match.phrase};
  }
  absl::StatusOr<Answer> answer = TakeBack(TokenAt(match.begin), sequence);
  if (!answer.ok()) return answer;
  ++taken_[match.phrase];
  answer->phrase = match.phrase;
  return answer;
}

absl::StatusOr<Rewinder::Answer> Rewinder::TakeBack(std::size_t first,
                                                    Sequence& sequence) {
  const auto taken = static_cast<std::int64_t>(tokens_.size() - first);
  Held& held = tokens_[first];
  absl::Status status = sequence.Redraw(taken);
  if (status.ok()) status = sequence.Ban(held.token);
  if (!status.ok()) return status;
  text_.resize(held.begin - left_);
  progress_ = std::move(held.before);
  tokens_.resize(first, Held{});
  return Answer{.next = Next::kRewound, .taken = taken};
}

absl::StatusOr<Rewinder::Answer> Rewinder::NoCandidate(Sequence& sequence) {
  absl::Status status = CheckWhole();
  if (!status.ok()) return status;
  const Call call(*this);
  if (held_tokens() == 0) return Answer{.next = Next::kStop};
  if (sequence.position() < held_tokens()) {
    return absl::InvalidArgumentError(
        absl::StrCat("sequence: got ", sequence.position(),
                     " tokens, want the ", held_tokens(), " that are held"));
  }
  return TakeBack(tokens_.size() - 1, sequence);
}

absl::StatusOr<Rewinder::Answer> Rewinder::Finish(Sequence& sequence) {
  absl::Status status = CheckWhole();
  if (!status.ok()) return status;
  const Call call(*this);
  std::optional<Match> first;
  const auto offer = [&](const Match& match) {
    if (!first.has_value() || match.begin < first->begin) first = match;
  };
  for (const Match& match : progress_.waiting) {
    if (!Passes(match.phrase)) offer(match);
  }
  LookForPatterns(end());
  for (const std::size_t phrase : patterns_) {
    if (Passes(phrase)) continue;
    const std::optional<Match> match = PatternEndingAt(phrase, end());
    if (match.has_value()) offer(*match);
  }
  if (first.has_value()) return Complete(*first, sequence);
  if (!wrong_pattern_.empty()) return WrongPattern();
  progress_ = {};
  return Answer{.emit = Emit(tokens_.size() - emitted_tokens_, end())};
}

std::string Rewinder::EmitBefore(std::size_t begin) {
  if (begin >= end()) return Emit(tokens_.size() - emitted_tokens_, end());
  // As the token that holds it may be taken back, so is what it needs.
  const std::size_t first = TokenAt(tokens_[TokenAt(begin)].needs);
  return Emit(first - emitted_tokens_, tokens_[first].begin);
}

std::string Rewinder::Emit(std::size_t tokens, std::size_t end) {
  std::string emit = text_.substr(emitted_, end - held_begin());
  emitted_ += emit.size();
  emitted_tokens_ += tokens;
  // What was emitted is dropped once it is half of all: amortised O(1).
  if (emitted_tokens_ * 2 >= tokens_.size()) {
    DropFirst(tokens_, emitted_tokens_);
    emitted_tokens_ = 0;
  }
  // The last byte stays: it says whether a word begins behind it.
  if (emitted_ > 1 && emitted_ * 2 >= text_.size()) {
    left_ += emitted_ - 1;
    DropFirst(text_, emitted_ - 1);
    emitted_ = 1;
  }
  return emit;
}

}  // namespace sampler

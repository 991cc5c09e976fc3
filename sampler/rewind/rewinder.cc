#include "sampler/rewind/rewinder.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sampler {
namespace {

std::vector<std::string> TextsOf(const std::vector<Rewinder::Phrase>& phrases) {
  std::vector<std::string> texts;
  texts.reserve(phrases.size());
  for (const Rewinder::Phrase& phrase : phrases) texts.push_back(phrase.text);
  return texts;
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
      automaton_(std::make_shared<const PhraseAutomaton>(TextsOf(phrases_))),
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
  tokens_.push_back({token, text_.size(), state_, waiting_});
  text_.append(text.data(), text.size());
  LookForPatterns(tokens_.back().begin);
  for (std::size_t at = tokens_.back().begin; at < text_.size(); ++at) {
    const std::optional<Match> match = Step(at);
    if (match.has_value()) return Complete(*match, sequence);
  }
  if (!wrong_pattern_.empty()) return WrongPattern();
  std::size_t open =
      text_.size() - std::min(text_.size(), std::max(automaton_->Depth(state_),
                                                     HeldForPatterns()));
  for (const Match& match : waiting_) open = std::min(open, match.begin);
  return Answer{.emit = EmitBefore(open)};
}

absl::StatusOr<Rewinder::Answer> Rewinder::Complete(const Match& match,
                                                    Sequence& sequence) {
  const Phrase& phrase = phrases_[match.phrase];
  if (phrase.most.has_value() && taken_[match.phrase] >= *phrase.most) {
    return Answer{.next = Next::kStop, .phrase = match.phrase};
  }
  // The last token that begins at or before it: those of no text hold nothing.
  const auto after = std::upper_bound(
      tokens_.begin(), tokens_.end(), match.begin,
      [](std::size_t begin, const Held& held) { return begin < held.begin; });
  const auto first = static_cast<std::size_t>(after - tokens_.begin()) - 1;
  absl::StatusOr<Answer> answer = TakeBack(first, sequence);
  if (!answer.ok()) return answer;
  ++taken_[match.phrase];
  answer->phrase = match.phrase;
  return answer;
}

absl::StatusOr<Rewinder::Answer> Rewinder::TakeBack(std::size_t first,
                                                    Sequence& sequence) {
  const auto taken = static_cast<std::int64_t>(tokens_.size() - first);
  const Held held = tokens_[first];
  absl::Status status = sequence.Redraw(taken);
  if (status.ok()) status = sequence.Ban(held.token);
  if (!status.ok()) return status;
  tokens_.resize(first, Held{});
  text_.resize(held.begin);
  state_ = held.state;
  waiting_ = held.waiting;
  return Answer{.next = Next::kRewound, .taken = taken};
}

absl::StatusOr<Rewinder::Answer> Rewinder::NoCandidate(Sequence& sequence) {
  absl::Status status = CheckWhole();
  if (!status.ok()) return status;
  const Call call(*this);
  if (tokens_.empty()) return Answer{.next = Next::kStop};
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
  for (const Match& match : waiting_) offer(match);
  LookForPatterns(text_.size());
  for (const std::size_t phrase : patterns_) {
    if (Passes(phrase)) continue;
    const std::optional<Match> match = PatternEndingAt(phrase, text_.size());
    if (match.has_value()) offer(*match);
  }
  if (first.has_value()) return Complete(*first, sequence);
  if (!wrong_pattern_.empty()) return WrongPattern();
  Answer answer;
  answer.emit = EmitBefore(text_.size());
  answer.emit += std::exchange(text_, "");
  tokens_.clear();
  state_ = PhraseAutomaton::kStart;
  return answer;
}

std::string Rewinder::EmitBefore(std::size_t begin) {
  // From the end on: a token is held if it reaches beyond `begin`; and as it
  // may be taken back, so is what a phrase had begun with before it came.
  std::size_t first = tokens_.size();
  std::size_t end = text_.size();
  for (; first > 0 && end > begin; --first) {
    const Held& held = tokens_[first - 1];
    begin = std::min(begin, held.begin - automaton_->Depth(held.state));
    for (const Match& match : held.waiting) {
      begin = std::min(begin, match.begin);
    }
    end = held.begin;
  }
  const std::size_t safe =
      first == tokens_.size() ? text_.size() : tokens_[first].begin;
  std::string emit = text_.substr(0, safe);
  if (!emit.empty()) before_ = emit.back();
  text_.erase(0, safe);
  tokens_.erase(tokens_.begin(),
                tokens_.begin() + static_cast<std::ptrdiff_t>(first));
  for (Held& held : tokens_) {
    held.begin -= safe;
    for (Match& match : held.waiting) match.begin -= safe;
  }
  for (Match& match : waiting_) match.begin -= safe;
  return emit;
}

}  // namespace sampler

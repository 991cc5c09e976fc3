#include "sampler/sequence.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/candidate.h"
#include "sampler/random/random.h"
#include "sampler/random/random_seed.h"

namespace sampler {
namespace {

absl::Status CheckToken(absl::string_view what, std::int64_t token,
                        std::int64_t vocabulary_size) {
  if (token >= 0 && token < vocabulary_size) return absl::OkStatus();
  return absl::OutOfRangeError(absl::StrCat(what, ": got ", token,
                                            ", want a token id in [0, ",
                                            vocabulary_size, ")"));
}

// Makes room for `count` more numbers, so that adding them cannot run out of
// memory. Cost: amortised O(count), as adding them one by one.
void MakeRoom(std::vector<double>& numbers, std::size_t count) {
  const std::size_t size = numbers.size() + count;
  if (size > numbers.capacity()) {
    numbers.reserve(std::max(size, 2 * numbers.capacity()));
  }
}

// Appends a token to a history. Where memory runs out, the history is as it
// was: a token may change several phases, each of which is noted.
void AcceptOrNothing(History& history, TokenId token) {
  class Undo {
   public:
    explicit Undo(History& history)
        : history_(history), size_(history.output().size()) {}
    Undo(const Undo&) = delete;
    Undo& operator=(const Undo&) = delete;
    ~Undo() {
      if (!done_) history_.Rollback(history_.output().size() - size_);
    }
    void Forget() { done_ = true; }

   private:
    History& history_;
    std::size_t size_;
    bool done_ = false;
  };
  Undo undo(history);
  history.Accept(token);
  undo.Forget();
}

}  // namespace

Sequence::Sequence(std::int64_t vocabulary_size, Options options)
    : vocabulary_size_(vocabulary_size),
      seed_(*options.seed),
      stream_(options.stream),
      attempt_(options.attempt),
      config_(options.config),
      history_(std::move(options.prompt)) {}

absl::StatusOr<Sequence> Sequence::Create(std::int64_t vocabulary_size,
                                          Options options) {
  if (!(1 <= vocabulary_size && vocabulary_size <= kMaxVocabularySize)) {
    return absl::InvalidArgumentError(
        absl::StrCat("vocabulary size: got ", vocabulary_size,
                     ", want an integer in [1, ", kMaxVocabularySize, "]"));
  }
  for (std::size_t i = 0; i < options.prompt.size(); ++i) {
    const absl::Status status = CheckToken(absl::StrCat("prompt token ", i),
                                           options.prompt[i], vocabulary_size);
    if (!status.ok()) return absl::InvalidArgumentError(status.message());
  }
  if (!options.seed.has_value()) {
    absl::StatusOr<std::uint64_t> seed = RandomSeed();
    if (!seed.ok()) return seed.status();
    options.seed = *seed;
  }
  return Sequence(vocabulary_size, std::move(options));
}

Coins Sequence::coins() const {
  return {seed_, stream_, static_cast<std::uint32_t>(position()), attempt_};
}

bool Sequence::DiffersInRandomNumbersAlone(const Sequence& other) const {
  return vocabulary_size_ == other.vocabulary_size_ && clock_ == other.clock_ &&
         history_.prompt() == other.history_.prompt() &&
         history_.output() == other.history_.output() &&
         state_owner_ == other.state_owner_ && state() == other.state() &&
         bans_ == other.bans_;
}

absl::Status Sequence::Accept(const Token& drawn, TokenId token) {
  absl::Status status = CheckToken("token to accept", token, vocabulary_size_);
  if (!status.ok()) return status;
  // The position is one word of the random counter.
  if (position() == std::numeric_limits<std::uint32_t>::max()) {
    return absl::OutOfRangeError("a sequence holds at most 2^32 - 1 tokens");
  }
  const StateUpdate& update = drawn.state;
  // What a draw teaches the stages is about its own token. Another one that is
  // accepted in its place leaves their memory as it was, unless the update says
  // that it holds for any.
  const bool learns = !update.values.empty() &&
                      (token == drawn.id || update.holds_for_any_token);
  if (learns && !states_.empty() &&
      (update.owner != state_owner_ || update.values.size() != state_size_)) {
    return absl::InvalidArgumentError(
        "state of the drawn token: got that of other stages, want those whose "
        "state the sequence carries");
  }
  if (learns) {
    for (const double number : update.values) {
      if (std::isfinite(number)) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          "state of the drawn token: got ", number, ", want finite numbers"));
    }
  }
  // All room first: where memory runs out, nothing has moved.
  if (learns || !states_.empty()) {
    MakeRoom(states_, learns ? update.values.size() : state_size_);
  }
  AcceptOrNothing(history_, token);
  ++revision_;
  if (learns) {
    if (states_.empty()) {
      state_begin_ = history_.output().size();
      state_size_ = update.values.size();
      state_owner_ = update.owner;
    }
    states_.insert(states_.end(), update.values.begin(), update.values.end());
  } else if (!states_.empty()) {
    for (std::size_t i = 0; i < state_size_; ++i) {
      states_.push_back(states_[states_.size() - state_size_]);
    }
  }
  return absl::OkStatus();
}

absl::Status Sequence::Rollback(std::int64_t n) {
  if (!(0 <= n && n <= position())) {
    return absl::OutOfRangeError(absl::StrCat("tokens to roll back: got ", n,
                                              ", want an integer in [0, ",
                                              position(), "]"));
  }
  history_.Rollback(static_cast<std::size_t>(n));
  ++revision_;
  const std::size_t left = history_.output().size();
  if (states_.empty()) return absl::OkStatus();
  states_.resize(left < state_begin_ ? 0
                                     : (left - state_begin_ + 1) * state_size_);
  if (states_.empty()) state_owner_ = state_begin_ = state_size_ = 0;
  return absl::OkStatus();
}

absl::Status Sequence::Redraw(std::int64_t n) {
  if (attempt_ == std::numeric_limits<std::uint32_t>::max()) {
    return absl::OutOfRangeError(
        "a sequence is redrawn at most 2^32 - 1 times");
  }
  absl::Status status = Rollback(n);
  if (status.ok()) ++attempt_;
  return status;
}

absl::Status Sequence::Ban(TokenId token) {
  absl::Status status = CheckToken("token to ban", token, vocabulary_size_);
  if (!status.ok()) return status;
  const absl::Span<const TokenId> output = history_.output();
  PlaceBan ban = {{output.begin(), output.end()}, token};
  if (std::find(bans_.begin(), bans_.end(), ban) != bans_.end()) {
    return absl::OkStatus();
  }
  bans_.push_back(std::move(ban));
  ++revision_;
  return absl::OkStatus();
}

absl::Span<const double> Sequence::StateAt(std::int64_t position) const {
  const auto tokens = static_cast<std::size_t>(position);
  if (states_.empty() || tokens < state_begin_) return {};
  return absl::MakeConstSpan(states_).subspan(
      (tokens - state_begin_) * state_size_, state_size_);
}

bool operator==(const Sequence& a, const Sequence& b) {
  return a.vocabulary_size_ == b.vocabulary_size_ && a.seed_ == b.seed_ &&
         a.stream_ == b.stream_ && a.config_ == b.config_ &&
         a.attempt_ == b.attempt_ && a.clock_ == b.clock_ &&
         a.history_.prompt() == b.history_.prompt() &&
         a.history_.output() == b.history_.output() &&
         a.state_owner_ == b.state_owner_ && a.state_begin_ == b.state_begin_ &&
         a.state_size_ == b.state_size_ && a.states_ == b.states_ &&
         a.bans_ == b.bans_;
}

}  // namespace sampler

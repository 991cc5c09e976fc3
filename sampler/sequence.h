// What one text sequence carries from token to token: its history, seed,
// stream, clock, attempt, and the state of stages with a memory. The position,
// which picks the random numbers, is the number of output tokens accepted so
// far.
//
// What was accepted moves only on Accept, Rollback and Redraw: sampling again
// repeats the step exactly. A copy is independent and cheap (the prompt is
// shared), and draws the same tokens as the original; Fork makes one that draws
// its own.
//
// Two ways back. Rollback(n) makes the sequence equal to one that never
// accepted the last n tokens: drawn again, they are the same. It is for tokens
// that were accepted to look ahead. Redraw(n) takes them back because of what
// they are, with fresh random numbers from there on; Redraw() does so for a
// drawn token that is not accepted at all. The numbers that drew a token which
// is refused are conditioned by it: were they used again, the law of the text
// would not be the pipeline's (random.h, "The rule of fresh numbers"). So, with
// a grammar:
//
//   Token token = pipeline.Sample(row, sequence, workspace, inputs);
//   while (token.status == RowStatus::kOk && !grammar.Allows(token.id)) {
//     mask.Ban(token.id);  // In `inputs`, for a stage `mask`.
//     if (!sequence.Redraw().ok()) ...
//     token = pipeline.Sample(row, sequence, workspace, inputs);
//   }
//
// A stage with a memory (mirostat, adaptive_p) learns from the probability of
// the token it drew, so Accept takes the drawn Token. AcceptId moves the
// history alone.
//
// Thread-safety: const methods from any number of threads; otherwise one
// thread at a time.
// Tested by: tests/sequence_test.cc, tests/sequence_snapshot_test.cc,
//   tests/laws/redraw_test.cc (redrawn tokens), tests/stages/state_test.cc,
//   tests/stages/state_checks_test.cc, tests/threads_test.cc.

#ifndef SAMPLER_SEQUENCE_H_
#define SAMPLER_SEQUENCE_H_

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/history/history.h"
#include "sampler/language.h"
#include "sampler/token.h"

namespace sampler {

class Coins;  // random.h

// Where a sequence stands: another one after everything that moved it.
struct SequenceMark {
  std::uint64_t revision;
  std::int64_t position;
  std::uint64_t seed;
  std::uint32_t stream;
  std::uint32_t attempt;

  friend bool operator==(const SequenceMark&, const SequenceMark&) = default;
};

class Sequence {
 public:
  struct Options {
    // Absent: the config's where Pipeline::NewSequence makes the sequence, else
    // one drawn from the system (random_seed.h), which seed() then says. No two
    // texts share their random numbers unless a seed was asked for.
    std::optional<std::uint64_t> seed = {};
    // Tells sequences with one seed apart: index in a batch, say.
    std::uint32_t stream = 0;
    std::vector<TokenId> prompt = {};
    // To go on where another sequence stood.
    std::uint32_t attempt = 0;
    // Whose sequence it is (Pipeline::fingerprint); 0: nobody's. Set by
    // Pipeline::NewSequence.
    std::uint64_t config = 0;
  };

  // A sequence of tokens in [0, vocabulary_size). InvalidArgument for a
  // vocabulary size outside [1, 2^20] and for a prompt token outside
  // [0, vocabulary_size); Unavailable if a seed is wanted and the system gives
  // none.
  static absl::StatusOr<Sequence> Create(std::int64_t vocabulary_size,
                                         Options options);

  // A copy with random numbers of its own: for n continuations of one text.
  Sequence Fork(std::uint32_t stream) const {
    Sequence fork = *this;
    fork.stream_ = stream;
    return fork;
  }

  // Appends the token that was drawn, and what the stages learn from it.
  // OutOfRange for a token outside the vocabulary, or at position 2^32 - 1;
  // InvalidArgument for a token of a pipeline with other stages of memory, or
  // whose stages would remember an infinity or NaN. The sequence is then
  // unchanged.
  absl::Status Accept(const Token& drawn) { return Accept(drawn, drawn.id); }

  // Appends `token` where `drawn` was drawn (a log's token, a draft's). If it
  // is another one, stages learn nothing from it (the engines of a parity mode
  // have moved on all the same). Errors as above.
  absl::Status Accept(const Token& drawn, TokenId token);

  // Appends a token that no draw was made for: of a log, a prompt, a forced
  // text. Stages with a memory learn nothing from it. Errors as above.
  absl::Status AcceptId(TokenId token) { return Accept(Token(), token); }
  // A drawn token is accepted whole, `Accept(token)`: its id alone would teach
  // the stages nothing, and nobody would notice.
  template <std::integral Id>
  absl::Status Accept(Id token) = delete;

  // Takes back the last n accepted tokens, as if they had never been accepted.
  // The attempt stays: it is never lowered, so that no number which Redraw has
  // left behind is used again. OutOfRange if there are fewer; the sequence is
  // then unchanged. Cost: O(1).
  absl::Status Rollback(std::int64_t n);

  // The same, and raises the attempt: all random numbers from here on are
  // fresh, those of later positions too, and those of the stages. For a token
  // that was refused (n = 0: it was not accepted), a phrase that is taken back,
  // a conversation that is answered anew, and for the sequence of a draft
  // before each round (speculative/round.h).
  // OutOfRange as for Rollback, and after 2^32 - 1 attempts; the sequence is
  // then unchanged.
  //
  // Not of this sequence, and so not fresh: the code point of `arithmetic`,
  // which the caller gives (Token::interval.Next is uniform once its token is
  // refused); the keyed numbers of watermarks. "rng": "llama_cpp" and the
  // `noise` of other runtimes, which know no attempts, go on with another seed.
  absl::Status Redraw(std::int64_t n = 0);

  // Bans `token` at this place: wherever the sequence stands here again, after
  // the same output tokens, no step has it among its candidates. For phrases
  // that are taken back (rewind/rewinder.h). OutOfRange for a token outside the
  // vocabulary. Chains in a parity mode know no bans: their steps are then
  // kWrongState.
  absl::Status Ban(TokenId token);
  bool has_bans() const { return !bans_.empty(); }
  // Calls f(token) for every token that is banned where the sequence stands.
  // Cost: a look at every ban, and at the text for those of this position.
  template <typename F>
  void ForEachBanHere(F f) const {
    for (const PlaceBan& ban : bans_) {
      if (history_.output() == absl::MakeConstSpan(ban.after)) f(ban.token);
    }
  }

  std::int64_t position() const {
    return static_cast<std::int64_t>(history_.output().size());
  }
  std::int64_t vocabulary_size() const { return vocabulary_size_; }
  std::uint64_t seed() const { return seed_; }
  std::uint32_t stream() const { return stream_; }
  const History& history() const { return history_; }

  // Notes the phases of its text from here on (History::FollowPhases), so that
  // a step with a pipeline of these phases costs no look at the text. Without
  // it the step is the same, at a cost linear in the text. No part of its
  // value. Pipeline::NewSequence and RestoreSequence do it.
  void FollowPhases(std::shared_ptr<const PhaseRules> rules) {
    history_.FollowPhases(std::move(rules));
    ++revision_;
  }

  // What the stages with a memory carry, in the order of the pipeline; empty
  // until they have learnt something.
  absl::Span<const double> state() const { return StateAt(position()); }
  // The same as it was after that many accepted tokens. REQUIRES: 0 <= position
  // <= position().
  absl::Span<const double> StateAt(std::int64_t position) const;
  // Whose state it is (StateUpdate::owner); 0 where it is empty.
  std::uint64_t state_owner() const { return state_owner_; }

  // The caller's step (a training iteration, an episode), for schedules that
  // follow it. 0 unless set.
  std::int64_t clock() const { return clock_; }
  void set_clock(std::int64_t clock) {
    clock_ = clock;
    ++revision_;
  }

  // For Step, which refuses a sequence that has moved, or another one.
  SequenceMark mark() const {
    return {revision_, position(), seed_, stream_, attempt_};
  }
  bool HasTheRandomNumbersOf(const Sequence& other) const {
    return seed_ == other.seed_ && stream_ == other.stream_ &&
           attempt_ == other.attempt_;
  }
  // Cost: a comparison of both histories.
  bool DiffersInRandomNumbersAlone(const Sequence& other) const;

  // How often Redraw was called, or what it was set to: part of the key of all
  // random numbers. A log that notes it beside each token can be replayed: set
  // it before the draw. Setting it back to what it was repeats those numbers.
  std::uint32_t attempt() const { return attempt_; }
  void set_attempt(std::uint32_t attempt) { attempt_ = attempt; }

  // The config for whose pipeline the sequence was made
  // (Pipeline::fingerprint); 0: it was made for none. Snapshots carry it.
  std::uint64_t config() const { return config_; }
  // Returns true if Restore made it. Then only pipelines of its config sample
  // it: with another one a text would go on that nobody began.
  bool restored() const { return restored_; }

  // The random numbers of the current position.
  Coins coins() const;

  // The whole state as JSON text, and back. Restore(Snapshot()) equals the
  // sequence; InvalidArgument for anything that is not a snapshot.
  // Pipeline::RestoreSequence also checks that it is one of its config.
  std::string Snapshot() const;
  static absl::StatusOr<Sequence> Restore(StringView snapshot);

  friend bool operator==(const Sequence& a, const Sequence& b);

 private:
  // A token that is banned after these output tokens.
  struct PlaceBan {
    std::vector<TokenId> after;
    TokenId token;

    friend bool operator==(const PlaceBan&, const PlaceBan&) = default;
  };

  Sequence(std::int64_t vocabulary_size, Options options);

  std::int64_t vocabulary_size_;
  std::uint64_t seed_;
  std::uint32_t stream_;
  std::uint32_t attempt_;
  std::uint64_t config_;
  bool restored_ = false;
  std::int64_t clock_ = 0;
  std::uint64_t revision_ = 0;  // Counts what moved it; no part of its value.
  History history_;
  // The state of state_owner_ after every accepted token from state_begin_ on,
  // state_size_ numbers each: rollback goes back to what it was.
  std::uint64_t state_owner_ = 0;
  std::size_t state_begin_ = 0;
  std::size_t state_size_ = 0;
  std::vector<double> states_;
  std::vector<PlaceBan> bans_;  // In the order in which they were made.
};

}  // namespace sampler

#endif  // SAMPLER_SEQUENCE_H_

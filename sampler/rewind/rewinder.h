// Texts in which phrases must not occur. A phrase can be banned only once it is
// complete, for its spelling in tokens is not unique; so it is then taken back:
//
//   auto rewinder = Rewinder::Create({{.text = "as an AI"}});
//   ...
//   const Token token = pipeline.Sample(row, sequence, workspace);
//   if (token.status == RowStatus::kNoCandidate) {
//     answer = rewinder->NoCandidate(sequence);  // All were banned here.
//   } else {
//     status = sequence.Accept(token);
//     answer = rewinder->Add(token.id, TextOf(token.id), sequence);
//   }
//   Show(answer->emit);                 // Bytes that are never taken back.
//   if (answer->next == Rewinder::Next::kRewound) ...  // The model goes back
//                                       // by answer->taken tokens.
//
// The law: draw; if a phrase is complete, go back to before the token that
// holds its first byte, forbid that token there, after the tokens before it,
// and draw again with fresh random numbers (Sequence::Ban, Sequence::Redraw).
// Of phrases that are complete with the same byte the longest counts. Where
// every candidate is forbidden the token before is taken back and forbidden
// too.
//
// A phrase may be a pattern instead of a text (phrase_pattern.h; regular
// expressions are in regex/regex_phrase.h). It is complete with the byte after
// its last one, or with the end of the text, since what follows may matter to
// it. It is looked for in the text that is not yet emitted, in stretches of at
// most `window` bytes, and the last `window` bytes are held. So a match is
// taken back unless it is longer, or begins before what is held: which it can
// only where tokens were taken back that stood between.
//
// What may still be taken back is held: all from the token on that holds the
// first byte of a phrase that may have begun; and all that a phrase would have
// begun with if a token that is held were taken back. It is emitted once it is
// safe.
//
// Bans are the sequence's: they count in its copies and snapshots, and in
// speculation. The rewinder holds the end of the text, and counts what it has
// taken back: its own snapshot goes beside that of the sequence.
//
// Where memory runs out (std::bad_alloc) a rewinder is of no more use: every
// later call gives FailedPrecondition.
//
// Thread-safety: one thread at a time; a copy is independent.
// Cost: amortised O(1) a byte and O(log held tokens) a token, whatever the
//   number of texts and however much is held; of every pattern a look at the
//   window for each token, and where something of it is there, for each byte.
// Not with "rng": "llama_cpp", whose samplers know no bans of a sequence.
// Tested by: tests/rewind/rewinder_test.cc, tests/rewind/holding_test.cc
//   (against its definition; linear), tests/rewind/rewinder_snapshot_test.cc,
//   tests/rewind/bans_test.cc, tests/rewind/pattern_test.cc,
//   tests/rewind/rewinder_laws_test.cc
//   (the law, enumerated, also with penalties and a memory),
//   tests/faults/allocation_faults_test.cc (without memory).

#ifndef SAMPLER_REWIND_REWINDER_H_
#define SAMPLER_REWIND_REWINDER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sampler/candidate.h"
#include "sampler/language.h"
#include "sampler/rewind/phrase_automaton.h"
#include "sampler/rewind/phrase_pattern.h"
#include "sampler/sequence.h"

namespace sampler {

class Rewinder {
 public:
  struct Phrase {
    // What happens when it has been taken back `most` times.
    enum class Then { kPass, kStop };

    std::string text = {};
    // Of the letters of ASCII; of all: AnyCasePhrase (regex/regex_phrase.h).
    bool ignore_case = false;
    // Only where no letter, digit, underscore or byte above 127 stands on
    // either side.
    bool whole_words = false;
    std::optional<std::int64_t> most = {};  // Absent: as often as it comes.
    Then then = Then::kPass;
    // Instead of a text; ignore_case and whole_words are then its own affair.
    std::shared_ptr<const PhrasePattern> pattern = {};
    // Bytes of the longest match of the pattern, and bytes that are held.
    std::size_t window = 64;
  };

  enum class Next {
    kGoOn,     // Draw the next token.
    kRewound,  // The same, `taken` tokens farther back.
    kStop      // A phrase has been taken back too often, or everything is
               // forbidden: the text ends here.
  };

  struct Answer {
    Next next = Next::kGoOn;
    std::string emit = {};   // What is safe now, in the order of the text.
    std::int64_t taken = 0;  // Tokens that were taken back.
    std::size_t phrase = 0;  // For which of the phrases.
  };

  // InvalidArgument for a phrase without text and pattern, or with both; for
  // `most` below 0; for kStop without `most`; and of a pattern, for a window of
  // 0, ignore_case and whole_words.
  static absl::StatusOr<Rewinder> Create(std::vector<Phrase> phrases);

  // `sequence` has accepted `token`, whose text is `text`. OutOfRange as
  // Sequence::Redraw; InvalidArgument if the sequence is shorter than what is
  // held or ends with another token (then nothing is added), and if a pattern
  // found a stretch that lies outside what it was asked for (then it is added,
  // as if nothing had been found).
  absl::StatusOr<Answer> Add(TokenId token, StringView text,
                             Sequence& sequence);

  // Nothing could be drawn where `sequence` stands: takes back one token that
  // is held, and forbids it. kStop where nothing is held.
  absl::StatusOr<Answer> NoCandidate(Sequence& sequence);

  // The text ends here: whole words that wait for what follows are complete.
  // Where nothing is taken back, all that is held is emitted.
  absl::StatusOr<Answer> Finish(Sequence& sequence);

  // Bytes and tokens that are held.
  StringView held() const { return StringView(text_).substr(emitted_); }
  std::int64_t held_tokens() const {
    return static_cast<std::int64_t>(tokens_.size() - emitted_tokens_);
  }

  // What is held, and how often each phrase was taken back, as JSON text; and
  // back, with the phrases that it was made of. Together with the sequence's
  // own snapshot it goes on as the original would. InvalidArgument for anything
  // that is not a snapshot, and for one of other phrases. Patterns cannot be
  // compared: that they are the same is the caller's affair.
  std::string Snapshot() const;
  static absl::StatusOr<Rewinder> Restore(std::vector<Phrase> phrases,
                                          StringView snapshot);

 private:
  // Places are counted in bytes from where the text began.

  // A whole word, complete unless the next byte goes on with it.
  struct Match {
    std::size_t begin;
    std::size_t phrase;
  };

  // How matching stands behind the text so far.
  struct Progress {
    PhraseAutomaton::State exact = PhraseAutomaton::kStart;
    PhraseAutomaton::State any_case = PhraseAutomaton::kStart;
    std::vector<Match> waiting = {};
  };

  // A token that is held, and how matching stood before it.
  struct Held {
    TokenId token;
    std::size_t begin;  // Of its text.
    // As long as this token is held, so is the text from here on: were it
    // taken back, a phrase might have begun there.
    std::size_t needs;
    Progress before;
  };

  explicit Rewinder(std::vector<Phrase> phrases);

  // A call that began and did not end.
  class Call;
  absl::Status CheckWhole() const;

  // Returns true if the phrase is let pass from now on.
  bool Passes(std::size_t phrase) const;

  // Where the text ends, and where what is held begins.
  std::size_t end() const { return left_ + text_.size(); }
  std::size_t held_begin() const { return left_ + emitted_; }
  char ByteAt(std::size_t place) const { return text_[place - left_]; }

  // What patterns look at: what is held, and the byte before.
  StringView Context() const;
  std::size_t ContextBegin() const;

  // Makes likely_ those of the text from `begin` on.
  void LookForPatterns(std::size_t begin);
  // The match of a pattern that ends at `end`.
  std::optional<Match> PatternEndingAt(std::size_t phrase, std::size_t end);
  // InvalidArgument with wrong_pattern_, which is then told.
  absl::Status WrongPattern();
  // Bytes at the end that a pattern may match with what follows.
  std::size_t HeldForPatterns() const;

  // The phrase that is complete with the byte at `at`, or before it.
  std::optional<Match> Step(std::size_t at);
  // Returns true unless the phrase wants a word to begin there and none does.
  bool Stands(const Match& match) const;

  absl::StatusOr<Answer> Complete(const Match& match, Sequence& sequence);
  absl::StatusOr<Answer> TakeBack(std::size_t first, Sequence& sequence);

  // The earliest place at which a text may have begun as a phrase; the end of
  // the text if none has.
  std::size_t Begun() const;
  // Which of tokens_ holds the byte at `place`, or begins there: of several
  // the last. REQUIRES: something is held.
  std::size_t TokenAt(std::size_t place) const;
  // The end of the text becomes a held token.
  void Hold(TokenId token, StringView text);
  // Emits the tokens that are safe where a phrase may have begun at `begin`.
  std::string EmitBefore(std::size_t begin);
  // Emits the first tokens that are held, up to `end`, where a token begins or
  // the text ends.
  std::string Emit(std::size_t tokens, std::size_t end);

  std::string Fingerprint() const;

  struct Automata {
    PhraseAutomaton exact;
    PhraseAutomaton any_case;
  };

  std::vector<Phrase> phrases_;
  std::shared_ptr<const Automata> automata_;
  std::vector<std::int64_t> taken_;  // How often, by phrase.
  // What is held, behind some of what was emitted: it leaves in large pieces.
  std::string text_;
  std::size_t emitted_ = 0;  // Bytes of text_.
  std::size_t left_ = 0;     // Bytes before text_.
  std::vector<Held> tokens_;
  std::size_t emitted_tokens_ = 0;  // Of tokens_.
  Progress progress_;
  std::vector<std::size_t> patterns_;  // Phrases that are patterns.
  std::vector<std::size_t> likely_;    // Of the token that is added, those that
                                       // may be complete.
  std::string wrong_pattern_;          // What is wrong with what one has found.
  bool in_call_ = false;               // Or one was left by an exception.
};

}  // namespace sampler

#endif  // SAMPLER_REWIND_REWINDER_H_

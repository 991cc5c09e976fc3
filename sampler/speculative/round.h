// Rounds of speculative decoding, so that a text of any number of them has the
// law of the target (random.h, "The rule of fresh numbers"):
//
//   speculative::Round round;
//   while (...) {
//     status = round.Propose(draft_pipeline, draft, n, draft_row, workspace);
//     ...  // The models look at round.tokens().
//     status = round.Weigh(pipeline, target, target_row, workspace);
//     const Verdict verdict = VerifyBlock(round.view(), target);
//     status = round.Accept(verdict, target, draft);
//   }
//
// for every rule of rejection.h, block_verification.h and
// typical_acceptance.h. Trees: tree_round.h. Who writes the loop by hand does
// what these functions do:
//
//   - The draft is redrawn before it proposes (Sequence::Redraw): a judgement
//     of several tokens at once has looked at all that it drew in the last
//     round, also behind the place where the text goes on. (What is judged
//     token by token has not: by rejection and match a draft that is rolled
//     back will do, and by match it must be, if its seed is the target's so
//     that both draw the same.)
//   - The target is rolled back. Its numbers are those of the position where
//     the round begins, of the positions it has decided, and the coins of its
//     stages (xtc), on which it does not depend where a round ends before them.
//   - Draft and target differ in seed or stream, so that their numbers do not
//     meet.
//   - Stages with a memory (mirostat, adaptive_p) learn from the tokens that
//     are accepted: the target's from its distributions at their places, as if
//     they had been drawn there (lesson.h). So their law is that of the target
//     alone. The draft's memory follows where its pipeline has proposed.
//   - How many tokens are proposed may depend on those before, but no token
//     that was drawn may be left out because of what it is.
//
// Thread-safety: one thread at a time.
// Cost: 2 n + 1 steps and their records, and what lessons cost for chains with
//   a memory; no copy of a sequence. Memory is reused from round to round.
// Errors: as each function says; both sequences then hold the text they held.
// Tested by: tests/speculative/round_test.cc, tests/speculative/rounds_test.cc
//   (the law over several rounds, for every rule),
//   tests/speculative/memory_rounds_test.cc (with a memory, and phases).

#ifndef SAMPLER_SPECULATIVE_ROUND_H_
#define SAMPLER_SPECULATIVE_ROUND_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/lesson.h"
#include "sampler/pipeline.h"
#include "sampler/speculative/draft.h"

namespace sampler::speculative {

// The logits after the text and the first i tokens of the draft. Their memory
// is read until the next call.
using DraftRow = absl::FunctionRef<Logits(std::size_t i)>;

// Where a round began, and whose random numbers it is drafted with.
class RoundBegin {
 public:
  RoundBegin() = default;
  explicit RoundBegin(const Sequence& draft)
      : seed_(draft.seed()),
        stream_(draft.stream()),
        position_(draft.position()) {}

  // InvalidArgument unless `sequence` stands where the round began;
  // FailedPrecondition (of CheckTarget) if none has begun.
  absl::Status CheckPlace(absl::string_view name,
                          const Sequence& sequence) const;

  // The same, or if its random numbers are the draft's.
  absl::Status CheckTarget(const Sequence& target) const;

 private:
  std::uint64_t seed_ = 0;
  std::uint32_t stream_ = 0;
  std::int64_t position_ = -1;
};

class Round {
 public:
  // Begins a round: redraws `draft` and draws n tokens with `pipeline`, each
  // from a row given the tokens before; fewer where no candidate is left. Then
  // `draft` is as long as before. InvalidArgument for a row with another status
  // than kOk and kNoCandidate; OutOfRange as Sequence::Redraw and Accept.
  absl::Status Propose(const Pipeline& pipeline, Sequence& draft, std::size_t n,
                       DraftRow row, Workspace& workspace);

  // Records the n + 1 distributions of the target. Then `target` is as before.
  // Where no candidate is left, the tokens behind that place are dropped, and
  // the verdict may have kNoNext (draft.h). InvalidArgument for a row with
  // another status than kOk and kNoCandidate, for a target at
  // another position than the draft, or of the same seed and stream;
  // FailedPrecondition where nothing was proposed, or that failed.
  absl::Status Weigh(const Pipeline& pipeline, Sequence& target, DraftRow row,
                     Workspace& workspace);

  // Accepts the tokens of a verdict on both sequences, with what they teach;
  // of kNoNext none.
  // Errors: InvalidArgument for more tokens than were proposed, and for
  // sequences that do not stand where the round began. REQUIRES: the pipelines
  // of Propose and Weigh are alive.
  absl::Status Accept(const Verdict& verdict, Sequence& target,
                      Sequence& draft) const;

  // The tokens of the draft.
  absl::Span<const TokenId> tokens() const { return tokens_; }

  // For a Verify function. REQUIRES: the last Propose and Weigh were ok.
  Draft view() const { return {tokens_, draft_, target_}; }

 private:
  // Propose, which forgets what this leaves where it fails.
  absl::Status Draw(const Pipeline& pipeline, Sequence& draft, std::size_t n,
                    DraftRow row, Workspace& workspace);

  RoundBegin begin_;
  std::vector<TokenId> tokens_;
  std::vector<ProbabilityRecord> draft_;
  std::vector<ProbabilityRecord> target_;
  // What each place teaches.
  std::vector<Lesson> draft_lessons_;
  std::vector<Lesson> target_lessons_;
};

// Runs `pipeline` on `row` and records what it leaves and what it teaches:
// nothing, of kNoCandidate. InvalidArgument, naming `what` and `index`, for a
// row with another status than that and kOk.
absl::Status RecordRow(const Pipeline& pipeline, Logits row,
                       const Sequence& sequence, absl::string_view what,
                       std::int64_t index, Workspace& workspace,
                       ProbabilityRecord& record, Lesson& lesson);

// Accepts tokens on both, or on neither: the same ones, each with what it
// teaches there. REQUIRES: both lists are equally long.
absl::Status AcceptOnBoth(absl::Span<const Token> of_target,
                          absl::Span<const Token> of_draft, Sequence& target,
                          Sequence& draft);

}  // namespace sampler::speculative

#endif  // SAMPLER_SPECULATIVE_ROUND_H_

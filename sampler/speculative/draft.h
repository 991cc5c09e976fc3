// Speculative decoding: several tokens of one sequence, proposed by a cheap
// draft, are checked at once against the target model's distributions.
//
// A draft is a chain of tokens x_1 ... x_n. q_i is the distribution x_i was
// drawn from, p_i the target's at the same place, both as their own pipelines
// left them with the draft's earlier tokens in the history, every stage active
// on both sides. p_(n+1) is the target's after the whole draft.
//
// Round (round.h) and TreeRound (tree_round.h) are the loops around it, and
// keep what the law needs; by hand a round is
//
//   status = draft.Redraw();  // Fresh random numbers for this round.
//   for (i = 0; i < n; ++i) {
//     const Step step = draft_pipeline.Process(draft_row[i], draft, workspace);
//     step.Record(q[i]);
//     tokens.push_back(step.Draw().id);
//     status = draft.AcceptId(tokens[i]);
//   }
//   for (i = 0; i <= n; ++i) {  // n + 1 rows with the status kOk; or n, and
//                               // one with kNoCandidate, whose record is empty
//     pipeline.Process(row[i], sequence, workspace).Record(p[i]);
//     if (i < n) status = sequence.AcceptId(tokens[i]);
//   }
//   status = sequence.Rollback(n);
//   status = draft.Rollback(n);
//   verdict = VerifyBlock({tokens, q, p}, sequence);
//
// A verdict says how many draft tokens stay and which token follows them; the
// caller accepts these on both sequences. By bare ids, as above, stages with a
// memory (mirostat, adaptive_p) learn nothing; Round and TreeRound accept
// tokens that teach (lesson.h).
//
// Where the target has no candidate after some tokens of the draft, those
// behind that place are dropped, for nothing can follow there; those before it
// are judged as any others, and where all of them stay, no token follows. No
// token is dropped because of what follows it: that would give it another law.
//
// Random numbers (random.h, "The rule of fresh numbers"). The sequences of
// draft and target differ in seed or stream. The draft's is redrawn for every
// round: without it, block verification and trees whose shape depends on what
// was drawn give the text another law from the second round on, for they have
// looked at tokens behind the place where the text goes on. Each rule takes its
// own numbers from the target's sequence:
//
//   rejection, tree     accept coins of a token's own position, up to the last
//                       that is looked at; a draw at the position after it
//   match, typical      draws at positions that are decided
//   block               accept coins of (where the round begins, index): all
//                       of them are looked at, wherever the round ends
//
// Thread-safety: plain values and pure functions.
// Source: Leviathan et al., arXiv 2211.17192; Chen et al., arXiv 2302.01318.
// Tested by: tests/speculative/.

#ifndef SAMPLER_SPECULATIVE_DRAFT_H_
#define SAMPLER_SPECULATIVE_DRAFT_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/random/random.h"
#include "sampler/sequence.h"

namespace sampler::speculative {

// In the place of a token: the target has no candidate there, since everything
// is banned. The text has the accepted tokens and none after them; whoever bans
// says what then (Rewinder::NoCandidate).
inline constexpr TokenId kNoNext = -1;

struct Draft {
  absl::Span<const TokenId> tokens;           // n
  absl::Span<const ProbabilityRecord> draft;  // n
  // n + 1; one without tokens where the target has no candidate.
  absl::Span<const ProbabilityRecord> target;
};

struct Verdict {
  std::size_t accepted;  // Tokens of the draft that stay, from its beginning.
  TokenId next;          // The token after them, or kNoNext.

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// The random numbers at `offset` tokens after where `sequence` stands.
inline Coins CoinsAt(const Sequence& sequence, std::size_t offset) {
  return {sequence.seed(), sequence.stream(),
          static_cast<std::uint32_t>(sequence.position()) +
              static_cast<std::uint32_t>(offset),
          sequence.attempt()};
}

// The distribution of a proposal without chance (an n-gram look-up, a greedy
// draft): all mass on one token.
inline ProbabilityRecord PointMass(TokenId token) {
  const Weight one = 1;
  ProbabilityRecord record;
  record.Set(absl::MakeConstSpan(&token, 1), absl::MakeConstSpan(&one, 1), one);
  return record;
}

}  // namespace sampler::speculative

#endif  // SAMPLER_SPECULATIVE_DRAFT_H_

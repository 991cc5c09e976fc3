// Exact rejection: the speculative decoding whose output has the target's law.
//
//   accept x ~ q iff u q(x) < p(x);
//   at the first rejection draw from max(p - q, 0), normalised, and stop;
//   if all are accepted draw one more token from p_(n+1)
//
// u is the accept coin of the token's own position. Everything is decided in
// integers: with U = 2^64 u and masses S_p, S_q,
//
//   accept iff floor(U w_q S_p / 2^64) < w_p S_q,
//
// so that the law of the output is p to within 2^-64, a token with p(x) = 0 is
// never accepted, and where p = q everything is. A token with q(x) = 0 (which
// the draft cannot have drawn) is rejected.
//
// Thread-safety: pure functions.
// Cost: O(n log K) for n tokens of distributions over K candidates, and one
//   walk over K for the token that follows.
// Source: arXiv 2211.17192, 2302.01318.
// Tested by: tests/speculative/rejection_test.cc (exact laws by measuring the
//   coins of every outcome, chi-square at real vocabularies).

#ifndef SAMPLER_SPECULATIVE_REJECTION_H_
#define SAMPLER_SPECULATIVE_REJECTION_H_

#include <cstdint>

#include "sampler/candidates/probability_record.h"
#include "sampler/speculative/draft.h"

namespace sampler::speculative {

// Returns true if these 64 random bits accept `token`, drawn from `draft`.
bool Accepts(const ProbabilityRecord& target, const ProbabilityRecord& draft,
             TokenId token, std::uint64_t bits);

// A token of the residual max(p - q, 0): the first in id order whose running
// residual mass exceeds bits / 2^64 of the whole. Where p = q, and nothing can
// have been rejected, a token of p.
TokenId DrawResidual(const ProbabilityRecord& target,
                     const ProbabilityRecord& draft, std::uint64_t bits);

// The first token in id order whose running mass exceeds bits / 2^64 of the
// whole: what `categorical` draws.
TokenId DrawFrom(const ProbabilityRecord& distribution, std::uint64_t bits);

// Judges a draft that continues `sequence`. REQUIRES: the spans of `draft` have
// n, n and n + 1 entries.
Verdict VerifyByRejection(const Draft& draft, const Sequence& sequence);

// The same where both sides are greedy, or the caller wants identity instead of
// an equal law: a token stays iff it is the one the target draws at its place
// (DrawFrom with the coin of that position), and the target's token follows.
// The output is then bit for bit what the target alone would have drawn, if its
// pipeline ends in `categorical` (order "id"), `greedy` or `synthid`; other
// draws use other random numbers. Any draft will do, and one that is given the
// target's seed and stream, and is rolled back, draws the same tokens oftenest.
Verdict VerifyByMatch(const Draft& draft, const Sequence& sequence);

}  // namespace sampler::speculative

#endif  // SAMPLER_SPECULATIVE_REJECTION_H_

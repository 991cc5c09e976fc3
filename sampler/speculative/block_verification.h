// Block verification: judges a draft as a whole. It accepts at least as many
// tokens as rejection token by token, and the law of the output is still the
// target's.
//
//   P_0 = 1,  P_i = min(P_(i-1) p_i(x_i) / q_i(x_i), 1)
//   R_i = sum_x max(P_i p_(i+1)(x) - q_(i+1)(x), 0)      for i < n
//   h_i = R_i / (R_i + 1 - P_i)  for i < n,  h_n = P_n
//
// The longest prefix whose coin u_i lies below h_i stays. Then comes a token of
// max(P_i p_(i+1) - q_(i+1), 0), normalised, or of p_(n+1) if the whole draft
// stays.
//
// The outcome depends on all n coins and all n tokens, also on those behind the
// prefix that stays. So u_i is keyed by the position where the round begins and
// by i; the token that follows takes its number from its own position. And the
// draft must propose with fresh random numbers in the next round: redraw its
// sequence, or let speculative::Round do it (round.h). Were they those of their
// positions, the text would have another law from the second round on.
//
// Where R_i = 0 and P_i = 1 the draft's next distribution is the target's, so
// that token i + 1 is accepted whatever its coin; h_i = 1 by convention.
// In double precision, one fixed sequence of operations; weights of the
// residual are the nearest integers in units of 2^-51 of the largest.
//
// Thread-safety: pure functions.
// Cost: one walk over the candidates of the target for each token.
// Source: Sun et al., arXiv 2403.10444.
// Tested by: tests/speculative/block_verification_test.cc,
//   tests/speculative/rounds_test.cc (the law over several rounds).

#ifndef SAMPLER_SPECULATIVE_BLOCK_VERIFICATION_H_
#define SAMPLER_SPECULATIVE_BLOCK_VERIFICATION_H_

#include "sampler/speculative/draft.h"

namespace sampler::speculative {

// Judges a draft that continues `sequence`. REQUIRES: the spans of `draft` have
// n, n and n + 1 entries.
Verdict VerifyBlock(const Draft& draft, const Sequence& sequence);

}  // namespace sampler::speculative

#endif  // SAMPLER_SPECULATIVE_BLOCK_VERIFICATION_H_

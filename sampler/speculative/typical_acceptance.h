// Typical acceptance: a draft's token stays if it is not too unlikely for the
// target,
//
//   p(x) > min(epsilon, delta exp(-H(p))).
//
// Not distribution-preserving, by design: the output is neither the target's
// law nor the draft's.
//
// Thread-safety: pure function.
// Cost: one logarithm for each candidate of the target, for each token.
// Source: Medusa, arXiv 2401.10774, whose generate uses the defaults here.
// Tested by: tests/speculative/typical_acceptance_test.cc.

#ifndef SAMPLER_SPECULATIVE_TYPICAL_ACCEPTANCE_H_
#define SAMPLER_SPECULATIVE_TYPICAL_ACCEPTANCE_H_

#include "sampler/speculative/draft.h"

namespace sampler::speculative {

struct TypicalAcceptance {
  double epsilon = 0.09;
  double delta = 0.3;
};

// The longest prefix whose tokens are all accepted stays; the token after it is
// drawn from the target with the coin of its position. Draft distributions are
// not looked at. REQUIRES: one target distribution more than tokens.
Verdict VerifyByTypicality(const Draft& draft, const Sequence& sequence,
                           const TypicalAcceptance& rule = {});

}  // namespace sampler::speculative

#endif  // SAMPLER_SPECULATIVE_TYPICAL_ACCEPTANCE_H_

#include "sampler/speculative/block_verification.h"

#include <algorithm>
#include <cassert>

#include "sampler/random/random.h"
#include "sampler/speculative/rejection.h"
#include "sampler/speculative/residual.h"

namespace sampler::speculative {

namespace {

// How many tokens come before the first place without a candidate: all, if
// there is none but perhaps the last.
std::size_t TokensBeforeNone(const Draft& draft) {
  std::size_t n = 0;
  while (n < draft.tokens.size() && draft.target[n].total() > 0) ++n;
  return n;
}

}  // namespace

Verdict VerifyBlock(const Draft& draft, const Sequence& sequence) {
  assert(draft.draft.size() == draft.tokens.size() &&
         draft.target.size() == draft.tokens.size() + 1);
  const std::size_t n = TokensBeforeNone(draft);
  std::size_t accepted = 0;
  double reached = 1.0;      // P of the longest prefix that stays.
  double probability = 1.0;  // P_i
  // All are looked at, also those behind the prefix that stays: keyed by the
  // place where the round begins, which does not come again.
  const Coins accept = sequence.coins();
  for (std::size_t i = 1; i <= n; ++i) {
    const TokenId token = draft.tokens[i - 1];
    const double q = draft.draft[i - 1].Of(token);
    // A token that the draft cannot have drawn ends what can stay.
    if (!(q > 0.0)) break;
    probability =
        std::min(probability * draft.target[i - 1].Of(token) / q, 1.0);
    double threshold = probability;
    if (i < n) {
      const double residual =
          Residual(draft.target[i], probability).Subtract(draft.draft[i]);
      const double whole = residual + (1.0 - probability);
      threshold = whole > 0.0 ? residual / whole : 1.0;
    }
    const double u =
        ToFraction(accept.Bits(Purpose::kBlockAccept, /*ordinal=*/0,
                               /*index=*/static_cast<std::uint32_t>(i - 1)));
    if (u < threshold) {
      accepted = i;
      reached = probability;
    }
  }
  const Coins coins = CoinsAt(sequence, accepted);
  if (accepted == n) {
    return {n, DrawFrom(draft.target[n], coins.Bits(Purpose::kTokenDraw))};
  }
  Residual residual(draft.target[accepted], reached);
  residual.Subtract(draft.draft[accepted]);
  return {accepted, residual.Draw(coins.Bits(Purpose::kResidualDraw))};
}

}  // namespace sampler::speculative

#include "sampler/speculative/rejection.h"

#include <cassert>

#include "sampler/arithmetic/wide.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/random/random.h"

namespace sampler::speculative {
namespace {

// w_p S_q and w_q S_p: the two probabilities over their common denominator.
// Both have at most 51 + 71 bits.
struct Compared {
  absl::uint128 target;
  absl::uint128 draft;
};

Compared Compare(const ProbabilityRecord& target,
                 const ProbabilityRecord& draft, TokenId token) {
  return {target.WeightOf(token) * draft.total(),
          draft.WeightOf(token) * target.total()};
}

// Calls f(id, residual) for every token of the target in id order; residuals
// are in units of 1 / (S_p S_q).
template <typename F>
void ForEachResidual(const ProbabilityRecord& target,
                     const ProbabilityRecord& draft, F f) {
  for (const TokenId id : target.ids()) {
    const Compared p = Compare(target, draft, id);
    f(id, p.target > p.draft ? p.target - p.draft : absl::uint128(0));
  }
}

}  // namespace

bool Accepts(const ProbabilityRecord& target, const ProbabilityRecord& draft,
             TokenId token, std::uint64_t bits) {
  const Compared p = Compare(target, draft, token);
  return p.draft > 0 &&
         (Wide(p.draft) * Wide(bits)).ShiftedDown64() < Wide(p.target);
}

TokenId DrawFrom(const ProbabilityRecord& distribution, std::uint64_t bits) {
  if (distribution.total() == 0) return kNoNext;
  const Mass place = PlaceOfBits(bits, distribution.total());
  Mass running = 0;
  for (std::size_t i = 0; i < distribution.ids().size(); ++i) {
    running += distribution.weights()[i];
    if (running > place) return distribution.ids()[i];
  }
  assert(false);  // The weights add up to the total, which exceeds the place.
  return -1;
}

TokenId DrawResidual(const ProbabilityRecord& target,
                     const ProbabilityRecord& draft, std::uint64_t bits) {
  Wide total;
  ForEachResidual(target, draft,
                  [&](TokenId, absl::uint128 mass) { total += mass; });
  if (total == Wide()) return DrawFrom(target, bits);
  const Wide place = (total * Wide(bits)).ShiftedDown64();
  Wide running;
  TokenId drawn = -1;
  ForEachResidual(target, draft, [&](TokenId id, absl::uint128 mass) {
    running += mass;
    if (drawn < 0 && running > place) drawn = id;
  });
  return drawn;
}

Verdict VerifyByRejection(const Draft& draft, const Sequence& sequence) {
  const std::size_t n = draft.tokens.size();
  assert(draft.draft.size() == n && draft.target.size() == n + 1);
  for (std::size_t i = 0; i < n; ++i) {
    const Coins coins = CoinsAt(sequence, i);
    if (Accepts(draft.target[i], draft.draft[i], draft.tokens[i],
                coins.Bits(Purpose::kSpeculativeAccept))) {
      continue;
    }
    return {i, DrawResidual(draft.target[i], draft.draft[i],
                            coins.Bits(Purpose::kResidualDraw))};
  }
  return {n, DrawFrom(draft.target[n],
                      CoinsAt(sequence, n).Bits(Purpose::kTokenDraw))};
}

Verdict VerifyByMatch(const Draft& draft, const Sequence& sequence) {
  const std::size_t n = draft.tokens.size();
  assert(draft.target.size() == n + 1);
  for (std::size_t i = 0; i < n; ++i) {
    const TokenId drawn = DrawFrom(
        draft.target[i], CoinsAt(sequence, i).Bits(Purpose::kTokenDraw));
    if (drawn != draft.tokens[i]) return {i, drawn};
  }
  return {n, DrawFrom(draft.target[n],
                      CoinsAt(sequence, n).Bits(Purpose::kTokenDraw))};
}

}  // namespace sampler::speculative

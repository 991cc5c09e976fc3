#include "sampler/speculative/block_verification.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "sampler/speculative/rejection.h"

namespace sampler::speculative {
namespace {

// max(scale p(x) - q(x), 0) for the tokens of p, in id order.
template <typename F>
void ForEachResidual(double scale, const ProbabilityRecord& target,
                     const ProbabilityRecord& draft, F f) {
  for (std::size_t i = 0; i < target.ids().size(); ++i) {
    const TokenId id = target.ids()[i];
    const double p = Ratio(target.weights()[i], target.total());
    f(id, std::max(scale * p - draft.Of(id), 0.0));
  }
}

TokenId DrawScaledResidual(double scale, const ProbabilityRecord& target,
                           const ProbabilityRecord& draft, std::uint64_t bits) {
  double largest = 0.0;
  ForEachResidual(scale, target, draft, [&](TokenId, double residual) {
    largest = std::max(largest, residual);
  });
  if (largest == 0.0) return DrawFrom(target, bits);
  std::vector<Weight> weights;
  weights.reserve(target.ids().size());
  Mass total = 0;
  ForEachResidual(scale, target, draft, [&](TokenId, double residual) {
    weights.push_back(
        static_cast<Weight>(std::rint(residual / largest * 0x1p51)));
    total += weights.back();
  });
  ProbabilityRecord residual;
  residual.Set(target.ids(), weights, total);
  return DrawFrom(residual, bits);
}

}  // namespace

Verdict VerifyBlock(const Draft& draft, const Sequence& sequence) {
  const std::size_t n = draft.tokens.size();
  assert(draft.draft.size() == n && draft.target.size() == n + 1);
  std::size_t accepted = 0;
  double reached = 1.0;      // P of the longest prefix that stays.
  double probability = 1.0;  // P_i
  for (std::size_t i = 1; i <= n; ++i) {
    const TokenId token = draft.tokens[i - 1];
    const double q = draft.draft[i - 1].Of(token);
    // A token that the draft cannot have drawn ends what can stay.
    if (!(q > 0.0)) break;
    probability =
        std::min(probability * draft.target[i - 1].Of(token) / q, 1.0);
    double threshold = probability;
    if (i < n) {
      double residual = 0.0;
      ForEachResidual(probability, draft.target[i], draft.draft[i],
                      [&](TokenId, double r) { residual += r; });
      const double whole = residual + (1.0 - probability);
      threshold = whole > 0.0 ? residual / whole : 1.0;
    }
    const double u =
        ToFraction(CoinsAt(sequence, i - 1).Bits(Purpose::kSpeculativeAccept));
    if (u < threshold) {
      accepted = i;
      reached = probability;
    }
  }
  const Coins coins = CoinsAt(sequence, accepted);
  if (accepted == n) {
    return {n, DrawFrom(draft.target[n], coins.Bits(Purpose::kTokenDraw))};
  }
  return {accepted, DrawScaledResidual(reached, draft.target[accepted],
                                       draft.draft[accepted],
                                       coins.Bits(Purpose::kResidualDraw))};
}

}  // namespace sampler::speculative

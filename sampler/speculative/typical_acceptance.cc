#include "sampler/speculative/typical_acceptance.h"

#include <algorithm>
#include <cassert>

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/kernels/lane_sum.h"
#include "sampler/random/random.h"
#include "sampler/speculative/rejection.h"

namespace sampler::speculative {
namespace {

double Entropy(const ProbabilityRecord& p) {
  LaneSum sum;
  for (std::size_t i = 0; i < p.ids().size(); ++i) {
    const double probability = Ratio(p.weights()[i], p.total());
    sum.Add(p.ids()[i], -probability * Log(probability));
  }
  return sum.Total();
}

}  // namespace

Verdict VerifyByTypicality(const Draft& draft, const Sequence& sequence,
                           const TypicalAcceptance& rule) {
  const std::size_t n = draft.tokens.size();
  assert(draft.target.size() == n + 1);
  std::size_t accepted = 0;
  while (accepted < n) {
    const ProbabilityRecord& p = draft.target[accepted];
    if (p.total() == 0) break;
    const double threshold =
        std::min(rule.epsilon, rule.delta * Exp(-Entropy(p)));
    if (!(p.Of(draft.tokens[accepted]) > threshold)) break;
    ++accepted;
  }
  return {accepted,
          DrawFrom(draft.target[accepted],
                   CoinsAt(sequence, accepted).Bits(Purpose::kTokenDraw))};
}

}  // namespace sampler::speculative

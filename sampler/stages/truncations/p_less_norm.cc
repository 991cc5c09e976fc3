#include "sampler/stages/truncations/p_less_norm.h"

#include "sampler/arithmetic/wide.h"
#include "sampler/candidates/candidates.h"
#include "sampler/stages/truncations/truncation_parameters.h"

namespace sampler {
namespace {

// The least weight w with w S (n - 1) + S^2 >= n sum w^2. The largest weight
// fulfils it, because it is at least sum w^2 / S, and S^2 at least sum w^2.
// REQUIRES: n >= 2, and not less than there are candidates.
Weight LeastBeyondChance(const Totals& t, std::int64_t n) {
  const Wide squared_total = Wide(t.mass) * Wide(t.mass);
  const Wide unit = Wide(t.mass) * Wide(static_cast<Mass>(n - 1));
  const Wide wanted = Wide(static_cast<Mass>(n)) * Wide(t.squares);
  Weight low = 0;  // The weight that is looked for lies in [low, high].
  Weight high = kLikeliestWeight;
  while (low < high) {
    const Weight middle = low + (high - low) / 2;
    if (unit * Wide(middle) + squared_total >= wanted) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace

StageType PLessNorm::Type() {
  return {
      .name = "p_less_norm",
      .group = StageGroup::kTruncate,
      .summary =
          "Keeps the tokens as likely as two draws are to agree beyond chance.",
      .formula = "p_i >= (V sum p^2 - 1) / (V - 1)",
      .source = "arXiv 2509.23234",
      .parameters = {MinKeepParameter()},
      .facts = [](const Parameters&) { return StageFacts{}; },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<PLessNorm>(p.Integer("min_keep"));
      }};
}

void PLessNorm::Apply(Candidates& candidates, const StepContext& step) const {
  if (step.vocabulary_size == 1) return;
  candidates.KeepWeights(
      [&](const Totals& t) {
        return Mass{LeastBeyondChance(t, step.vocabulary_size)};
      },
      {.needs = Needs::kSquares, .min_keep = min_keep_});
}

}  // namespace sampler

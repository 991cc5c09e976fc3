#include "sampler/stages/shapes/quadratic.h"

#include "sampler/candidates/candidates.h"

namespace sampler {

StageType Quadratic::Type() {
  return {
      .name = "quadratic",
      .group = StageGroup::kShape,
      .summary = "Pulls the top logits together and pushes the tail down.",
      .formula =
          "l_i = M - factor ((3 - curve) / 2 d^2 - (curve - 1) / 2 d^3), d = "
          "l_i - M",
      .source = "text-generation-webui",
      .parameters =
          {Real("factor", "strength; 0 changes nothing").AtLeast(0).Required(),
           Real("curve", "1 is quadratic, 3 cubic").Within(1, 3).Default(1.0)},
      .facts = [](const Parameters& p) -> StageFacts {
        return {.neutral = p.Real("factor") == 0.0};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<Quadratic>(p.Real("factor"), p.Real("curve"));
      }};
}

void Quadratic::Apply(Candidates& candidates, const StepContext&) const {
  if (factor_ == 0.0) return;
  const double max = candidates.Max();
  const double square = (3.0 - curve_) / 2.0 * factor_;
  const double cube = (curve_ - 1.0) / 2.0 * factor_;
  candidates.Transform([=](TokenId, double logit) {
    const double d = logit - max;
    // Skip a term whose coefficient is 0, because 0 * inf is NaN.
    double result = max;
    if (square > 0.0) result -= square * (d * d);
    if (cube > 0.0) result += cube * (d * d * d);
    return result;
  });
}

}  // namespace sampler

#include "sampler/stages/shapes/skew.h"

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidates/candidates.h"

namespace sampler {

StageType Skew::Type() {
  return {.name = "skew",
          .group = StageGroup::kShape,
          .summary = "Moves probability along the ranks.",
          .formula = "l_i = ln(C_i^b - C_(i-1)^b), b = e^skew, C the running p",
          .source = "exllamav2",
          .parameters = {Real("skew",
                              "> 0: towards the tail, < 0: towards the head; "
                              "0 changes nothing")
                             .Required()},
          .facts = [](const Parameters& p) -> StageFacts {
            return {.neutral = Skew(p.Real("skew")).neutral_};
          },
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            return std::make_unique<Skew>(p.Real("skew"));
          }};
}

Skew::Skew(double skew) : neutral_(skew == 0.0), exponent_(Exp(skew)) {}

void Skew::Apply(Candidates& candidates, const StepContext&) const {
  if (neutral_) return;
  candidates.RaiseCumulative(exponent_);
}

}  // namespace sampler

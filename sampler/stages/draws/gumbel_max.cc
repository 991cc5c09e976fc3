#include "sampler/stages/draws/gumbel_max.h"

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

StageType GumbelMax::Type() {
  return {.name = "gumbel_max",
          .group = StageGroup::kDraw,
          .summary = "The token with the largest logit plus Gumbel noise.",
          .formula = "argmax l_i - ln(-ln u_i)",
          .source = "arXiv 1611.00712",
          .parameters = {NoiseParameter()},
          .facts = [](const Parameters&) -> StageFacts {
            return {.neutral = true, .draws_by = DrawBy::kNoise};
          },
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            return std::make_unique<GumbelMax>(p.Choice<Noise>("noise"));
          }};
}

void GumbelMax::Apply(Candidates&, const StepContext&) const {}

Drawn GumbelMax::Choose(const Candidates& candidates,
                        const StepContext& step) const {
  return {RunGumbelRace(candidates, step, noise_, /*n=*/1).front(), 0};
}

}  // namespace sampler

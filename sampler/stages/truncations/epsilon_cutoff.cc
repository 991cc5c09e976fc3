#include "sampler/stages/truncations/epsilon_cutoff.h"

#include "sampler/candidates/candidates.h"
#include "sampler/stages/truncations/truncation_parameters.h"

namespace sampler {

StageType EpsilonCutoff::Type() {
  return {.name = "epsilon_cutoff",
          .group = StageGroup::kTruncate,
          .summary = "Keeps the tokens of at least a fixed probability.",
          .formula = "p_i >= epsilon",
          .source = "arXiv 2210.15191",
          .parameters = {Real("epsilon", "least probability; 0 keeps all")
                             .AtLeast(0)
                             .Below(1)
                             .Required(),
                         MinKeepParameter()},
          .facts = [](const Parameters& p) -> StageFacts {
            return {.neutral = p.Real("epsilon") == 0.0,
                    .weighs_the_rest = true};
          },
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            return std::make_unique<EpsilonCutoff>(p.Real("epsilon"),
                                                   p.Integer("min_keep"));
          }};
}

void EpsilonCutoff::Apply(Candidates& candidates, const StepContext&) const {
  if (epsilon_ == 0.0) return;
  candidates.KeepProbability(epsilon_, min_keep_);
}

}  // namespace sampler

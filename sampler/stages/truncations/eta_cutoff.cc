#include "sampler/stages/truncations/eta_cutoff.h"

#include <algorithm>
#include <cmath>

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidates/candidates.h"
#include "sampler/stages/truncations/truncation_parameters.h"

namespace sampler {

StageType EtaCutoff::Type() {
  return {
      .name = "eta_cutoff",
      .group = StageGroup::kTruncate,
      .summary =
          "Keeps the tokens above a probability that falls with the entropy.",
      .formula = "p_i >= min(epsilon, sqrt(epsilon) exp(-H))",
      .source = "arXiv 2210.15191",
      .parameters = {Real("epsilon", "largest threshold; 0 keeps all")
                         .AtLeast(0)
                         .Below(1)
                         .Required(),
                     MinKeepParameter()},
      .facts = [](const Parameters& p) -> StageFacts {
        return {.neutral = p.Real("epsilon") == 0.0};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<EtaCutoff>(p.Real("epsilon"),
                                           p.Integer("min_keep"));
      }};
}

void EtaCutoff::Apply(Candidates& candidates, const StepContext&) const {
  if (epsilon_ == 0.0) return;
  const auto eta = [this](double entropy) {
    return std::min(epsilon_, std::sqrt(epsilon_) * Exp(-entropy));
  };
  candidates.KeepWeights(
      [&](const Totals& t) { return LeastMass(eta(t.entropy), t.mass); },
      {.needs = Needs::kEntropy, .min_keep = min_keep_});
}

}  // namespace sampler

#include "sampler/stages/eta_cutoff.h"

#include "sampler/stages/truncation_parameters.h"

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
  candidates.KeepEta(epsilon_, min_keep_);
}

}  // namespace sampler

#include "sampler/stages/truncations/top_p.h"

#include "sampler/candidates/candidates.h"
#include "sampler/stages/truncations/truncation_parameters.h"

namespace sampler {

StageType TopP::Type() {
  return {
      .name = "top_p",
      .group = StageGroup::kTruncate,
      .summary = "Keeps the smallest set of tokens of probability p.",
      .formula = "shortest prefix with sum p_i >= p",
      .source = "arXiv 1904.09751",
      .parameters = {Real("p", "probability to keep; 1 keeps all")
                         .Within(0, 1)
                         .Required(),
                     MinKeepParameter(), TiesParameter(), EqualityParameter(),
                     CrossingParameter(), MassParameter(), TieOrderParameter()},
      .facts = [](const Parameters& p) -> StageFacts {
        const bool neutral = p.Real("p") == 1.0;
        const auto basis = p.Choice<MassBasis>("mass");
        return {
            .neutral = neutral,
            .reads_original_mass = !neutral && basis == MassBasis::kOriginal};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<TopP>(
            p.Real("p"), MassRule{.ties = p.Choice<Ties>("ties"),
                                  .equality = p.Choice<Equality>("equality"),
                                  .crossing = p.Choice<Crossing>("crossing"),
                                  .basis = p.Choice<MassBasis>("mass"),
                                  .tie_order = p.Choice<TieOrder>("tie_order"),
                                  .min_keep = p.Integer("min_keep")});
      }};
}

void TopP::Apply(Candidates& candidates, const StepContext&) const {
  if (p_ == 1.0) return;
  candidates.KeepMass(p_, rule_);
}

}  // namespace sampler

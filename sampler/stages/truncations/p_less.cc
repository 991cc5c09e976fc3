#include "sampler/stages/truncations/p_less.h"

#include "sampler/candidates/candidates.h"
#include "sampler/stages/truncations/truncation_parameters.h"

namespace sampler {

StageType PLess::Type() {
  return {.name = "p_less",
          .group = StageGroup::kTruncate,
          .summary = "Keeps the tokens as likely as two draws are to agree.",
          .formula = "p_i >= sum p^2",
          .source = "arXiv 2509.23234",
          .parameters = {MinKeepParameter()},
          .facts = [](const Parameters&) { return StageFacts{}; },
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            return std::make_unique<PLess>(p.Integer("min_keep"));
          }};
}

void PLess::Apply(Candidates& candidates, const StepContext&) const {
  // w / S >= sum w^2 / S^2.
  candidates.KeepWeights(
      [](const Totals& t) { return DivideUp(t.squares, t.mass); },
      {.needs = Needs::kSquares, .min_keep = min_keep_});
}

}  // namespace sampler

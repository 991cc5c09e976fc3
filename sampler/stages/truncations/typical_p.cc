#include "sampler/stages/truncations/typical_p.h"

#include "sampler/candidates/candidates.h"
#include "sampler/stages/truncations/truncation_parameters.h"

namespace sampler {

StageType TypicalP::Type() {
  return {
      .name = "typical_p",
      .group = StageGroup::kTruncate,
      .summary = "Keeps the tokens whose surprise is most typical.",
      .formula = "shortest prefix by |-ln p_i - H| with sum p_i >= p",
      .source = "arXiv 2202.00666",
      .parameters = {Real("p", "probability to keep; 1 keeps all")
                         .Above(0)
                         .AtMost(1)
                         .Required(),
                     MinKeepParameter(), TiesParameter(), EqualityParameter()},
      .facts = [](const Parameters& p) -> StageFacts {
        return {.neutral = p.Real("p") == 1.0};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<TypicalP>(
            p.Real("p"), MassRule{.ties = p.Choice<Ties>("ties"),
                                  .equality = p.Choice<Equality>("equality"),
                                  .min_keep = p.Integer("min_keep")});
      }};
}

void TypicalP::Apply(Candidates& candidates, const StepContext&) const {
  if (p_ == 1.0) return;
  candidates.KeepTypical(p_, rule_);
}

}  // namespace sampler

#include "sampler/stages/truncations/logit_threshold.h"

#include "sampler/candidates/candidates.h"
#include "sampler/stages/truncations/truncation_parameters.h"

namespace sampler {

StageType LogitThreshold::Type() {
  return {.name = "logit_threshold",
          .group = StageGroup::kTruncate,
          .summary = "Keeps tokens whose logit is at least a number.",
          .formula = "l_i >= threshold",
          .source = "exllamav2 #657",
          .parameters = {Real("threshold", "least logit that stays").Required(),
                         MinKeepParameter()},
          .facts = [](const Parameters&) -> StageFacts {
            return {.reads_signs = true, .weighs_the_rest = true};
          },
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            return std::make_unique<LogitThreshold>(p.Real("threshold"),
                                                    p.Integer("min_keep"));
          }};
}

void LogitThreshold::Apply(Candidates& candidates, const StepContext&) const {
  candidates.KeepAbove(threshold_, min_keep_);
}

}  // namespace sampler

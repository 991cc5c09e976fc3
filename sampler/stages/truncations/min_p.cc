#include "sampler/stages/truncations/min_p.h"

#include <cmath>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/truncations/truncation_parameters.h"

namespace sampler {

StageType MinP::Type() {
  return {
      .name = "min_p",
      .group = StageGroup::kTruncate,
      .summary = "Keeps tokens at least p times as likely as the likeliest.",
      .formula = "l_i >= max l + ln p",
      .source = "arXiv 2407.01082",
      .parameters = {Real("p", "least ratio to the maximum; 0 keeps all")
                         .Within(0, 1)
                         .Required(),
                     MinKeepParameter()},
      .facts = [](const Parameters& p) -> StageFacts {
        const double ratio = p.Real("p");
        if (ratio == 0.0) return {.neutral = true};
        return {.head = HeadRule{.count = p.Integer("min_keep"),
                                 .distance = -Log(ratio)}};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<MinP>(p.Real("p"), p.Integer("min_keep"));
      }};
}

void MinP::Apply(Candidates& candidates, const StepContext&) const {
  if (std::isinf(log_p_)) return;
  candidates.KeepAbove(candidates.Max() + log_p_, min_keep_);
}

}  // namespace sampler

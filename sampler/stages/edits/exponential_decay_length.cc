#include "sampler/stages/edits/exponential_decay_length.h"

#include <cmath>

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidates/candidates.h"

namespace sampler {

StageType ExponentialDecayLength::Type() {
  return {.name = "exponential_decay_length",
          .group = StageGroup::kEdit,
          .summary = "Makes the end ever more likely after a length.",
          .formula = "l_e += |l_e| * (factor^(t - start) - 1), t > start",
          .source = "Hugging Face",
          .parameters = {Integer("start", "output tokens before it begins")
                             .AtLeast(0)
                             .Required(),
                         Real("factor", "growth per token; 1 changes nothing")
                             .Above(0)
                             .Required(),
                         TokenIds("eos_ids", "tokens that end the text")
                             .NonEmpty()
                             .Required()},
          .facts = [](const Parameters& p) -> StageFacts {
            return {.neutral = p.Real("factor") == 1.0, .reads_signs = true};
          },
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            return std::make_unique<ExponentialDecayLength>(
                p.Integer("start"), p.Real("factor"), p.TokenIds("eos_ids"));
          }};
}

void ExponentialDecayLength::Apply(Candidates& candidates,
                                   const StepContext& step) const {
  if (factor_ == 1.0 || step.position <= start_) return;
  const double growth =
      Pow(factor_, static_cast<double>(step.position - start_)) - 1.0;
  for (const TokenId id : eos_ids_) {
    candidates.Edit(id, [growth](double logit) {
      // The growth may be +inf after an overflow, and 0 times that is NaN.
      return logit == 0.0 ? logit : logit + std::fabs(logit) * growth;
    });
  }
}

}  // namespace sampler

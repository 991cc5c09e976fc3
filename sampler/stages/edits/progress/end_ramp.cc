#include "sampler/stages/edits/progress/end_ramp.h"

#include <algorithm>

#include "sampler/candidates/candidates.h"

namespace sampler {

StageType EndRamp::Type() {
  return {.name = "end_ramp",
          .group = StageGroup::kEdit,
          .summary = "Makes the end likelier as few tokens remain.",
          .formula = "l_e += bias * (length - r) / length, r tokens remain",
          .source = "llama.cpp #14229",
          .parameters =
              {Integer("limit", "output tokens that the text may have")
                   .AtLeast(1)
                   .Required(),
               Integer("length", "tokens before the limit where it begins")
                   .AtLeast(1)
                   .Required(),
               Real("bias", "number to add at the limit; 0 changes nothing")
                   .Required(),
               TokenIds("eos_ids", "tokens that end the text")
                   .NonEmpty()
                   .Required()},
          .check = [](const Parameters& p) -> std::string {
            return p.Integer("length") <= p.Integer("limit")
                       ? ""
                       : "want \"length\" <= \"limit\"";
          },
          .facts = [](const Parameters& p) -> StageFacts {
            return {.neutral = p.Real("bias") == 0.0};
          },
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            return std::make_unique<EndRamp>(
                p.Integer("limit"), p.Integer("length"), p.Real("bias"),
                p.TokenIds("eos_ids"));
          }};
}

void EndRamp::Apply(Candidates& candidates, const StepContext& step) const {
  const std::int64_t remaining =
      std::max<std::int64_t>(0, limit_ - step.position);
  if (bias_ == 0.0 || remaining >= length_) return;
  const double more = bias_ * (static_cast<double>(length_ - remaining) /
                               static_cast<double>(length_));
  for (const TokenId id : eos_ids_) {
    candidates.Edit(id, [more](double logit) { return logit + more; });
  }
}

}  // namespace sampler

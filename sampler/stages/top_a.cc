#include "sampler/stages/top_a.h"

#include "sampler/stages/truncation_parameters.h"

namespace sampler {

StageType TopA::Type() {
  return {
      .name = "top_a",
      .group = StageGroup::kTruncate,
      .summary =
          "Keeps the tokens above a share of the squared top probability.",
      .formula = "p_i >= a (max p)^2",
      .source = "RWKV, koboldcpp",
      .parameters = {Real("a",
                          "share of the squared top probability; 0 keeps all")
                         .Within(0, 1)
                         .Required(),
                     MinKeepParameter()},
      .facts = [](const Parameters& p) -> StageFacts {
        return {.neutral = p.Real("a") == 0.0};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<TopA>(p.Real("a"), p.Integer("min_keep"));
      }};
}

void TopA::Apply(Candidates& candidates, const StepContext&) const {
  if (a_ == 0.0) return;
  candidates.KeepTopA(a_, min_keep_);
}

}  // namespace sampler

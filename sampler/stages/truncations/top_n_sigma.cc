#include "sampler/stages/truncations/top_n_sigma.h"

#include "sampler/candidates/candidates.h"
#include "sampler/stages/truncations/truncation_parameters.h"

namespace sampler {

StageType TopNSigma::Type() {
  return {
      .name = "top_n_sigma",
      .group = StageGroup::kTruncate,
      .summary =
          "Keeps the tokens within n standard deviations of the top logit.",
      .formula = "l_i >= max l - n sigma",
      .source = "arXiv 2411.07641",
      .parameters = {Real("n",
                          "standard deviations below the maximum; 0 keeps all")
                         .AtLeast(0)
                         .Required(),
                     MinKeepParameter(),
                     Choice("sigma", "variance divided by N, or by N - 1")
                         .Choices({"population", "sample"})},
      .facts = [](const Parameters& p) -> StageFacts {
        return {.neutral = p.Real("n") == 0.0};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<TopNSigma>(p.Real("n"), p.Integer("min_keep"),
                                           p.Choice<Deviation>("sigma"));
      }};
}

void TopNSigma::Apply(Candidates& candidates, const StepContext&) const {
  if (n_ == 0.0 || candidates.Count() == 1) return;
  candidates.KeepWithinDeviations(n_, deviation_, min_keep_);
}

}  // namespace sampler

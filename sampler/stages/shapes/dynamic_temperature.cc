#include "sampler/stages/shapes/dynamic_temperature.h"

#include <algorithm>

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidates/candidates.h"
#include "sampler/stages/shapes/temperature.h"

namespace sampler {
namespace {

// share^exponent, with 0^0 = 1.
double Power(double share, double exponent) {
  if (exponent == 0.0) return 1.0;
  return share == 0.0 ? 0.0 : Pow(share, exponent);
}

}  // namespace

StageType DynamicTemperature::Type() {
  return {
      .name = "dynamic_temperature",
      .group = StageGroup::kShape,
      .summary = "A temperature that moves with the entropy.",
      .formula = "l_i = l_i / (low + (high - low) (H / ln n)^exponent)",
      .source = "llama.cpp, text-generation-webui",
      .parameters =
          {Real("low", "T where the model is sure").AtLeast(0).Required(),
           Real("high", "T where all tokens are equally likely")
               .AtLeast(0)
               .Required(),
           Real("exponent", "shape of the way between").AtLeast(0).Default(1.0),
           Choice("count", "n: the candidates, or the vocabulary")
               .Choices({"finite", "all"})},
      .facts = [](const Parameters& p) -> StageFacts {
        const auto [low, high] = std::minmax({p.Real("low"), p.Real("high")});
        return Temperature::FactsOfRange({low, high});
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<DynamicTemperature>(
            p.Real("low"), p.Real("high"), p.Real("exponent"),
            p.Choice<CountOf>("count"));
      }};
}

void DynamicTemperature::Apply(Candidates& candidates,
                               const StepContext& step) const {
  const std::int64_t candidates_left = candidates.Count();
  if (candidates_left == 1) return;
  double temperature = low_;
  if (low_ != high_) {
    const auto n = static_cast<double>(
        count_of_ == CountOf::kAll ? step.vocabulary_size : candidates_left);
    const double share = std::clamp(candidates.Entropy() / Log(n), 0.0, 1.0);
    temperature = low_ + (high_ - low_) * Power(share, exponent_);
  }
  Temperature(temperature).Apply(candidates, step);
}

}  // namespace sampler

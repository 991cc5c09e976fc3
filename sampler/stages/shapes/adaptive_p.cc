#include "sampler/stages/shapes/adaptive_p.h"

#include <algorithm>
#include <cmath>

#include "sampler/candidates/candidates.h"
#include "sampler/candidates/probability_record.h"

namespace sampler {

StageType AdaptiveP::Type() {
  return {.name = "adaptive_p",
          .group = StageGroup::kShape,
          .summary = "Favours tokens of about a target probability.",
          .formula =
              "l_i = 5 - 10 d^2 / (1 + d), d = |p_i - a| / 0.3, "
              "a = 2 target - mean p drawn",
          .source = "llama.cpp",
          .parameters = {Real("target",
                              "probability to aim at; null changes "
                              "nothing")
                             .Within(0, 1)
                             .Nullable(),
                         Real("decay", "of the running mean, per token")
                             .Within(0, 0.99)
                             .Default(0.9)},
          .precedes_draw = true,
          .facts = [](const Parameters& p) -> StageFacts {
            return {.neutral = !p.Has("target")};
          },
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            const std::optional<double> target =
                p.Has("target") ? std::optional(p.Real("target"))
                                : std::nullopt;
            return std::make_unique<AdaptiveP>(target, p.Real("decay"));
          }};
}

void AdaptiveP::Apply(Candidates& candidates, const StepContext& step) const {
  if (!target_.has_value()) return;
  candidates.Record(step.record);
  // The state is the decayed sum of drawn probabilities, and of their weights.
  const double aim =
      std::clamp(2.0 * *target_ - step.state[0] / step.state[1], 0.0, 1.0);
  candidates.TransformProbability([aim](double p) {
    const double distance = std::fabs(p - aim) / 0.3;
    return 5.0 - 10.0 * (distance * distance) / (1.0 + distance);
  });
}

void AdaptiveP::InitializeState(absl::Span<double> state) const {
  state[0] = *target_ / (1.0 - decay_);
  state[1] = 1.0 / (1.0 - decay_);
}

absl::string_view AdaptiveP::WrongState(absl::Span<const double> state) const {
  // The sum of weights starts at its fixed point 1 / (1 - decay); rounding may
  // lift it by a few last bits.
  const double most = 1.001 / (1.0 - decay_);
  if (!(0.0 <= state[0] && state[0] <= most)) {
    return "the sum of its average is no sum of probabilities";
  }
  if (!(1.0 <= state[1] && state[1] <= most)) {
    return "the weight of its average is not within [1, 1 / (1 - decay)]";
  }
  return "";
}

void AdaptiveP::UpdateState(TokenId token, const ProbabilityRecord& record,
                            absl::Span<double> state) const {
  state[0] = record.Of(token) + decay_ * state[0];
  state[1] = 1.0 + decay_ * state[1];
}

}  // namespace sampler

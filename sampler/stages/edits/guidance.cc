#include "sampler/stages/edits/guidance.h"

#include <limits>

#include "sampler/candidates/candidates.h"
#include "sampler/rows/log_softmax.h"

namespace sampler {

StageType Guidance::Type() {
  return {.name = "guidance",
          .group = StageGroup::kEdit,
          .summary = "Pushes the logits away from an unconditional row.",
          .formula = "l_i = g_i + scale (l_i - g_i)",
          .source = "arXiv 2306.17806",
          .parameters = {Real("scale",
                              "strength; 1 changes nothing, 0 is the other row")
                             .AtLeast(0)
                             .Required(),
                         Boolean("normalize",
                                 "turn both rows into log-probabilities")
                             .Default(true)},
          .facts = [](const Parameters& p) -> StageFacts {
            const bool neutral = p.Real("scale") == 1.0;
            return {.neutral = neutral, .reads_unconditional = !neutral};
          },
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            return std::make_unique<Guidance>(
                p.Real("scale"),
                p.Boolean("normalize") ? Basis::kLogprobs : Basis::kLogits);
          }};
}

absl::string_view Guidance::MissingInput(const StepInputs& inputs) const {
  const bool has_effect = scale_ != 1.0;
  return has_effect && !inputs.unconditional.has_value() ? "a second logits row"
                                                         : "";
}

void Guidance::Apply(Candidates& candidates, const StepContext& step) const {
  if (scale_ == 1.0) return;
  const Logits row = *step.inputs.unconditional;
  if (static_cast<std::int64_t>(row.size()) != step.vocabulary_size) {
    candidates.Reject(RowStatus::kWrongInput);
    return;
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto combine = [this](double l, double g) {
    // The formula itself gives inf - inf here; this is its limit.
    if (g == -kInfinity) return scale_ > 1.0 ? kInfinity : -kInfinity;
    return g + scale_ * (l - g);
  };
  if (basis_ == Basis::kLogprobs) {
    candidates.Normalize();
    const LogSoftmax g(row);
    candidates.Transform([&](TokenId id, double logit) {
      return combine(logit, g[static_cast<std::size_t>(id)]);
    });
  } else {
    candidates.Transform([&](TokenId id, double logit) {
      return combine(logit, row[static_cast<std::size_t>(id)]);
    });
  }
}

}  // namespace sampler

#include "sampler/stages/edits/guidance.h"

#include <cstddef>

#include "sampler/candidates/candidates.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/edits/guide.h"
#include "sampler/rows/log_softmax.h"

namespace sampler {
namespace {

// The elements of tokens whose ids ascend.
void LoadRun(Logits row, absl::Span<const TokenId> ids, double* values) {
  const auto first = static_cast<std::size_t>(ids.front());
  const auto last = static_cast<std::size_t>(ids.back());
  if (last - first + 1 == ids.size()) {
    row.Load(first, ids.size(), values);
    return;
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    values[i] = row[static_cast<std::size_t>(ids[i])];
  }
}

}  // namespace

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
  kernels::GuideRule rule = {.scale = scale_, .own = {}, .other = {}};
  if (basis_ == Basis::kLogprobs) {
    rule.own = {candidates.Max(), candidates.LogMass()};
    rule.other = LogNormalizerOf(row);
  }
  candidates.TransformRuns(
      [&](absl::Span<const TokenId> ids, absl::Span<double> logits) {
        double other[kernels::kBlockSize];
        LoadRun(row, ids, other);
        kernels::Guide(rule, absl::MakeConstSpan(other, ids.size()), logits);
      });
}

}  // namespace sampler

#include "sampler/stages/draws/arithmetic.h"

#include "sampler/candidates/candidates.h"

namespace sampler {

StageType Arithmetic::Type() {
  return {.name = "arithmetic",
          .group = StageGroup::kDraw,
          .summary = "The token at a code point that the caller supplies.",
          .formula = "first running mass > floor(u S)",
          .source = "arXiv 2210.15458",
          .parameters = {Choice("order", "walk by ascending id, or by rank")
                             .Choices({"id", "rank"})},
          .facts = [](const Parameters&) -> StageFacts {
            return {.reads_uniform = true, .draws_by = DrawBy::kCodePoint};
          },
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            return std::make_unique<Arithmetic>(p.Choice<Order>("order"));
          }};
}

absl::string_view Arithmetic::MissingInput(const StepInputs& inputs) const {
  return inputs.uniform.has_value() ? "" : "a code point in [0, 1)";
}

void Arithmetic::Apply(Candidates& candidates, const StepContext& step) const {
  const double u = *step.inputs.uniform;
  if (!(0.0 <= u && u < 1.0)) candidates.Reject(RowStatus::kWrongInput);
}

Drawn Arithmetic::Choose(const Candidates& candidates,
                         const StepContext& step) const {
  const Mass total = candidates.TotalMass();
  const Mass place = MostMass(*step.inputs.uniform, total);
  const TokenId token = order_ == Order::kId ? candidates.AtMass(place)
                                             : candidates.AtMassByRank(place);
  const double own = *candidates.Logit(token);
  Mass low = 0;
  candidates.ForEachWeighted([&](TokenId id, double logit, Weight weight) {
    const bool before = order_ == Order::kId
                            ? id < token
                            : logit > own || (logit == own && id < token);
    if (before) low += weight;
  });
  return {token, 0, {low, low + candidates.WeightOf(token), total}};
}

}  // namespace sampler

#include "sampler/stages/draws/categorical.h"

#include "sampler/candidates/candidates.h"
#include "sampler/random/random.h"

namespace sampler {

StageType Categorical::Type() {
  return {.name = "categorical",
          .group = StageGroup::kDraw,
          .summary = "A token with the probability it has left.",
          .formula = "first running mass > floor(U S / 2^64)",
          .source = "inverse CDF",
          .parameters = {Choice("order", "walk by ascending id, or by rank")
                             .Choices({"id", "rank"})},
          .facts = [](const Parameters& p) -> StageFacts {
            return {.neutral = true,
                    .draws_by = p.Choice<Order>("order") == Order::kId
                                    ? DrawBy::kMassById
                                    : DrawBy::kMassByRank};
          },
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            return std::make_unique<Categorical>(p.Choice<Order>("order"));
          }};
}

void Categorical::Apply(Candidates&, const StepContext&) const {}

Drawn Categorical::Choose(const Candidates& candidates,
                          const StepContext& step) const {
  const std::uint64_t bits = step.coins.Bits(Purpose::kTokenDraw);
  if (order_ == Order::kId) return {candidates.DrawAt(bits), bits};
  return {candidates.AtMassByRank(PlaceOfBits(bits, candidates.TotalMass())),
          bits};
}

}  // namespace sampler

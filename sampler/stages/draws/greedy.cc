#include "sampler/stages/draws/greedy.h"

#include "sampler/candidates/candidates.h"

namespace sampler {

StageType Greedy::Type() {
  return {.name = "greedy",
          .group = StageGroup::kDraw,
          .summary = "The likeliest token; ties: the lowest id.",
          .formula = "head of the total order",
          .source = "every runtime",
          .parameters = {},
          .facts = [](const Parameters&) -> StageFacts {
            return {.keeps_a_prefix = true,
                    .head = HeadRule{.count = 1, .distance = 0.0}};
          },
          .create = [](const Parameters&) -> std::unique_ptr<const Stage> {
            return std::make_unique<Greedy>();
          }};
}

void Greedy::Apply(Candidates& candidates, const StepContext&) const {
  candidates.KeepTop(1);
}

Drawn Greedy::Choose(const Candidates& candidates, const StepContext&) const {
  return {candidates.Likeliest().id, 0};
}

}  // namespace sampler

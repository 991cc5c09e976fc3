#include "sampler/stages/draws/gumbel_top_k.h"

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

StageType GumbelTopK::Type() {
  return {.name = "gumbel_top_k",
          .group = StageGroup::kDraw,
          .summary = "Several tokens, without replacement.",
          .formula = "the n largest l_i - ln(-ln u_i)",
          .source = "arXiv 1903.06059",
          .parameters = {Integer("n", "tokens to draw").AtLeast(1).Required(),
                         NoiseParameter()},
          .facts = [](const Parameters&) -> StageFacts {
            return {.neutral = true, .draws_by = DrawBy::kNoise};
          },
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            return std::make_unique<GumbelTopK>(p.Integer("n"),
                                                p.Choice<Noise>("noise"));
          }};
}

void GumbelTopK::Apply(Candidates&, const StepContext&) const {}

Drawn GumbelTopK::Choose(const Candidates& candidates,
                         const StepContext& step) const {
  return {RunGumbelRace(candidates, step, noise_, /*n=*/1).front(), 0};
}

absl::Span<const TokenId> GumbelTopK::ChooseAll(const Candidates& candidates,
                                                const StepContext& step) const {
  return RunGumbelRace(candidates, step, noise_, n_);
}

}  // namespace sampler

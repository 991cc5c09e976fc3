#include "sampler/stages/truncations/top_k.h"

#include "sampler/candidates/candidates.h"
#include "sampler/stages/truncations/truncation_parameters.h"

namespace sampler {

StageType TopK::Type() {
  return {
      .name = "top_k",
      .group = StageGroup::kTruncate,
      .summary = "Keeps the k likeliest tokens.",
      .formula = "the first k of the total order",
      .source = "arXiv 1805.04833",
      .parameters =
          {Integer("k", "tokens to keep; 0 keeps all").AtLeast(0).Required(),
           TiesParameter()},
      .facts = [](const Parameters& p) -> StageFacts {
        const std::int64_t k = p.Integer("k");
        if (k == 0) return {.neutral = true};
        return {.keeps_a_prefix = p.Choice<Ties>("ties") == Ties::kExact,
                .head = HeadRule{.count = k, .distance = 0.0},
                .keeps_whole_head = true};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<TopK>(p.Integer("k"), p.Choice<Ties>("ties"));
      }};
}

void TopK::Apply(Candidates& candidates, const StepContext&) const {
  if (k_ == 0) return;
  candidates.KeepTop(k_, ties_);
}

}  // namespace sampler

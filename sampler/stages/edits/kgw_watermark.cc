#include "sampler/stages/edits/kgw_watermark.h"

#include "sampler/candidates/candidates.h"

namespace sampler {

StageType KgwWatermark::Type() {
  return {
      .name = "kgw_watermark",
      .group = StageGroup::kEdit,
      .summary = "Marks the text: raises a keyed green list.",
      .formula = "l_i += delta, i green after the last tokens",
      .source = "arXiv 2301.10226",
      .parameters =
          {Real("delta", "number to add to green tokens; 0 changes nothing")
               .Default(2.0),
           Real("gamma", "share of green tokens")
               .Above(0)
               .Below(1)
               .Default(0.25),
           Integer("key", "secret shared with the detector").Default(15485863),
           Integer("context_width", "previous tokens that choose the list")
               .AtLeast(1)
               .Default(1),
           Choice("scheme", "whether the candidate chooses too")
               .Choices({"lefthash", "selfhash"})},
      .facts = [](const Parameters& p) -> StageFacts {
        return {.neutral = p.Real("delta") == 0.0,
                .history = HistoryWindow{.window = p.Integer("context_width")}};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<KgwWatermark>(p.Real("delta"), RuleOf(p));
      }};
}

GreenListRule KgwWatermark::RuleOf(const Parameters& p) {
  return {.gamma = p.Real("gamma"),
          .key = p.Integer("key"),
          .context_width = p.Integer("context_width"),
          .scheme = p.Choice<GreenListRule::Scheme>("scheme")};
}

void KgwWatermark::Apply(Candidates& candidates,
                         const StepContext& step) const {
  if (delta_ == 0.0) return;
  const HistoryView context =
      step.history.View(Scope::kBoth, rule_.context_width);
  if (static_cast<std::int64_t>(context.size()) < rule_.context_width) return;
  const GreenList green(rule_, context);
  candidates.TransformRuns(
      [&](absl::Span<const TokenId> ids, absl::Span<double> logits) {
        green.Raise(delta_, ids, logits);
      });
}

}  // namespace sampler

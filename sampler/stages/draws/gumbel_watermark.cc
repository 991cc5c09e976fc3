#include "sampler/stages/draws/gumbel_watermark.h"

#include <algorithm>
#include <optional>

#include "sampler/candidates/candidates.h"
#include "sampler/candidates/gumbel_race.h"
#include "sampler/stages/draws/gumbel_noise.h"

namespace sampler {
namespace {

// Returns true if an earlier output token followed the same `width` tokens.
bool ContextIsRepeated(const History& history, std::size_t width) {
  const HistoryView text = history.View(Scope::kBoth, std::nullopt);
  const std::size_t now = text.size();
  for (std::size_t end = std::max(width, history.prompt().size()); end < now;
       ++end) {
    std::size_t i = 1;
    while (i <= width && text[end - i] == text[now - i]) ++i;
    if (i > width) return true;
  }
  return false;
}

}  // namespace

StageType GumbelWatermark::Type() {
  return {.name = "gumbel_watermark",
          .group = StageGroup::kDraw,
          .summary = "A draw that marks the text without distorting its law.",
          .formula = "argmax r_i^(1 / p_i), r of key and context",
          .source = "Aaronson 2022",
          .parameters =
              {Integer("key", "secret shared with the detector").Required(),
               Integer("context_width", "previous tokens that make the noise")
                   .AtLeast(1)
                   .Required(),
               Boolean("skip_repeated", "leave tokens of a context seen before")
                   .Default(true)},
          .facts = [](const Parameters&) -> StageFacts {
            return {.neutral = true,
                    .history = HistoryWindow{},
                    .draws_by = DrawBy::kNoise};
          },
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            return std::make_unique<GumbelWatermark>(
                GumbelMarkRule{p.Integer("key"), p.Integer("context_width")},
                p.Boolean("skip_repeated") ? Repeated::kSkip : Repeated::kMark);
          }};
}

void GumbelWatermark::Apply(Candidates&, const StepContext&) const {}

Drawn GumbelWatermark::Choose(const Candidates& candidates,
                              const StepContext& step) const {
  const HistoryView context =
      step.history.View(Scope::kBoth, rule_.context_width);
  const auto width = static_cast<std::size_t>(rule_.context_width);
  if (context.size() < width || (repeated_ == Repeated::kSkip &&
                                 ContextIsRepeated(step.history, width))) {
    return {RunGumbelRace(candidates, step, Noise::kHouse, /*n=*/1).front(), 0};
  }
  const KeyedRandom random = GumbelMarkRandom(rule_, context);
  return {
      step.race
          .Run(candidates, /*n=*/1, [&](TokenId id) { return random.Bits(id); })
          .front(),
      0};
}

}  // namespace sampler

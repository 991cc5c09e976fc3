#include "sampler/stages/truncations/min_k.h"

#include <algorithm>
#include <cmath>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/truncations/truncation_parameters.h"

namespace sampler {
namespace {

// Ranks looked at first; each further look takes 16 times as many.
constexpr std::int64_t kFirstLook = 256;
constexpr std::int64_t kGrowth = 16;

double Lowest(const Candidates& candidates) {
  double lowest = candidates.Max();
  candidates.ForEach(
      [&](TokenId, double logit) { lowest = std::min(lowest, logit); });
  return lowest;
}

// The rank i, from 1, at which the gap below, divided by `range` * i, is
// largest; the first of several.
std::int64_t Cliff(const Candidates& candidates, double lowest, double range) {
  const std::int64_t count = candidates.Count();
  for (std::int64_t look = kFirstLook;; look *= kGrowth) {
    const absl::Span<const WeightedCandidate> top =
        candidates.TopWeighted(look);
    std::size_t cliff = 1;
    double steepest = 0.0;
    for (std::size_t i = 1; i < top.size(); ++i) {
      const double steepness =
          (top[i - 1].logit - top[i].logit) / (range * static_cast<double>(i));
      if (i == 1 || steepness > steepest) {
        steepest = steepness;
        cliff = i;
      }
    }
    // Rounding never falls where its argument rises, so this bounds every
    // later steepness as it would be computed.
    const double bound =
        (top.back().logit - lowest) / (range * static_cast<double>(top.size()));
    if (look >= count || bound <= steepest) {
      return static_cast<std::int64_t>(cliff);
    }
  }
}

}  // namespace

StageType MinK::Type() {
  return {.name = "min_k",
          .group = StageGroup::kTruncate,
          .summary = "Cuts at the steepest cliff of the sorted logits.",
          .formula =
              "k = max(argmax (l_i - l_(i+1)) / ((R + 1e-8) i), "
              "floor(tau / (R + 1e-8))), R = max l - min l",
          .source = "arXiv 2604.11012",
          .parameters = {Real("tau",
                              "keeps more where logits are near each "
                              "other; 0: the cliff only")
                             .AtLeast(0)
                             .Default(3.0),
                         MinKeepParameter()},
          .facts = [](const Parameters&) -> StageFacts {
            return {.keeps_a_prefix = true};
          },
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            return std::make_unique<MinK>(p.Real("tau"), p.Integer("min_keep"));
          }};
}

void MinK::Apply(Candidates& candidates, const StepContext&) const {
  const std::int64_t count = candidates.Count();
  if (count == 1) return;
  const double lowest = Lowest(candidates);
  const double range = (candidates.Max() - lowest) + 1e-8;
  const std::int64_t cliff = Cliff(candidates, lowest, range);
  // A double that is not NaN, and at most the number of candidates.
  const double floor =
      std::min(std::floor(tau_ / range), static_cast<double>(count));
  candidates.KeepTop(
      std::max({cliff, static_cast<std::int64_t>(floor), min_keep_}));
}

}  // namespace sampler

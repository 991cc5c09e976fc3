#include "sampler/stages/truncations/diff_sampling.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "sampler/arithmetic/mass.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/stages/truncations/truncation_parameters.h"

namespace sampler {
namespace {

// Which drops count: those at or behind the last of these places.
struct From {
  Mass mass = 0;          // The running mass has reached this,
  Mass above = 0;         // and the next weight is at most this,
  bool all_above = true;  // where that is asked.
};

// The verdict of a head: where it shows the cut, or how much longer a head
// would have to be.
HeadVerdict Judge(const OrderHead& head, const From& from) {
  const absl::Span<const Weight> weights = head.weights;
  const std::size_t known = weights.size() - (head.complete ? 0 : 1);
  std::optional<std::size_t> cut;
  Weight largest = 0;
  Mass running = 0;
  for (std::size_t i = 0; i < known; ++i) {
    running += weights[i];
    const Weight next = i + 1 < weights.size() ? weights[i + 1] : 0;
    if (running < from.mass || (from.all_above && next > from.above)) continue;
    // Rounding may let a weight rise.
    const Weight drop = weights[i] > next ? weights[i] - next : 0;
    if (!cut.has_value() || drop > largest) {
      cut = i + 1;
      largest = drop;
    }
  }
  const auto keep = static_cast<std::int64_t>(cut.value_or(weights.size()));
  if (head.complete) return {.keep = keep};
  constexpr double kFarther = 3.0;
  if (largest == 0) return {.deeper = kFarther};
  // No later drop exceeds the weight that it begins at.
  const Weight most = weights.back() + kWeightRise;
  if (largest >= most) return {.keep = keep};
  return {.deeper = 0.1 + Log(static_cast<double>(most) /
                              static_cast<double>(largest))};
}

}  // namespace

StageType DiffSampling::Type() {
  return {
      .name = "diff_sampling",
      .group = StageGroup::kTruncate,
      .summary = "Cuts at the largest drop between consecutive probabilities.",
      .formula = "k = argmin p_(i+1) - p_i",
      .source = "arXiv 2502.14037",
      .parameters =
          {Real("lower_mass", "probability that stays in any case; 0: none")
               .Within(0, 1)
               .Default(0.0),
           Real("min_p",
                "tokens more than this times as likely as the likeliest "
                "stay; 0: no such rule")
               .Within(0, 1)
               .Default(0.0),
           MinKeepParameter()},
      .facts = [](const Parameters&) -> StageFacts {
        return {.keeps_a_prefix = true};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<DiffSampling>(
            p.Real("lower_mass"), p.Real("min_p"), p.Integer("min_keep"));
      }};
}

void DiffSampling::Apply(Candidates& candidates, const StepContext&) const {
  if (candidates.Count() == 1) return;
  From from = {.all_above = min_p_ > 0.0};
  if (lower_mass_ > 0.0) {
    from.mass = LeastMass(lower_mass_, candidates.TotalMass());
  }
  if (min_p_ > 0.0) from.above = MostMass(min_p_, kLikeliestWeight);
  candidates.KeepDecidedByHead([&](const OrderHead& head) {
    HeadVerdict verdict = Judge(head, from);
    if (verdict.keep.has_value()) {
      verdict.keep = std::max(*verdict.keep, min_keep_);
    }
    return verdict;
  });
}

}  // namespace sampler

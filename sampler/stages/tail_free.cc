#include "sampler/stages/tail_free.h"

#include <algorithm>

#include "sampler/stages/truncation_parameters.h"

namespace sampler {
namespace {

// |w_i - 2 w_(i+1) + w_(i+2)|; candidates after the last weigh nothing.
Mass SecondDifference(absl::Span<const WeightedCandidate> list, std::size_t i) {
  const auto weight = [&](std::size_t j) {
    return j < list.size() ? list[j].weight : 0;
  };
  const Weight ends = weight(i) + weight(i + 2);
  const Weight middle = 2 * weight(i + 1);
  return ends > middle ? ends - middle : middle - ends;
}

// Sums of differences below this share of the total mass are called flat.
constexpr double kFlat = 1e-6;

}  // namespace

StageType TailFree::Type() {
  return {.name = "tail_free",
          .group = StageGroup::kTruncate,
          .summary = "Cuts where the sorted probabilities have flattened out.",
          .formula =
              "the tokens before the first i with sum_(j<=i) d_j > z * sum d, "
              "d the absolute second differences of p",
          .source = "trentbrick 2020",
          .parameters =
              {Real("z", "share of the second differences to keep; 1 keeps all")
                   .Within(0, 1)
                   .Required(),
               MinKeepParameter(),
               Integer("offset", "candidates kept beyond the place found")
                   .Within(0, 1)
                   .Default(0)},
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            return std::make_unique<TailFree>(
                p.Real("z"), p.Integer("min_keep"), p.Integer("offset"));
          }};
}

void TailFree::Apply(Candidates& candidates, const StepContext&) const {
  const std::int64_t count = candidates.Count();
  if (z_ == 1.0 || count <= 2) return;
  const Mass total = candidates.TotalMass();
  const absl::Span<const WeightedCandidate> list =
      candidates.InOrder(candidates.WeightedCount());
  const std::int64_t last = count - 3;
  // Differences are 0 from the last weighted candidate on.
  const auto weighted = static_cast<std::int64_t>(list.size());
  const auto end = static_cast<std::size_t>(std::min(weighted, last + 1));
  Mass sum = 0;
  for (std::size_t i = 0; i < end; ++i) sum += SecondDifference(list, i);

  // The first i at which the running sum exceeds z of the whole.
  std::int64_t i = 0;
  if (sum <= Floor(kFlat, total)) {
    i = static_cast<std::int64_t>(
        absl::Uint128Low64(Floor(z_, static_cast<Mass>(last + 1))));
  } else {
    const Mass bound = Floor(z_, sum);
    Mass running = SecondDifference(list, 0);
    for (std::size_t j = 0; running <= bound;) {
      running += SecondDifference(list, ++j);
      i = static_cast<std::int64_t>(j);
    }
  }
  i = std::max(i, std::max<std::int64_t>(min_keep_, 1) - offset_);
  candidates.KeepTop(i <= last ? i + offset_ : count);
}

}  // namespace sampler

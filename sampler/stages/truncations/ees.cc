#include "sampler/stages/truncations/ees.h"

#include <algorithm>
#include <optional>

#include "absl/types/span.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/stages/truncations/truncation_parameters.h"

namespace sampler {
namespace {

constexpr double kFurtherDown = 6.0;  // Nats between one look and the next.

// Number of tokens to keep; empty if the head's weights do not decide.
std::optional<std::int64_t> EquilibriumOf(absl::Span<const Weight> weights,
                                          Mass total) {
  Mass mass = 0;
  double moment = 0.0;
  for (std::size_t i = 0; i < weights.size() && weights[i] > 0; ++i) {
    const auto weight = static_cast<double>(weights[i]);
    mass += weights[i];
    moment += weight * Log(weight * 0x1p-51);
    if (i == 0) continue;
    const double m = ToDouble(mass);
    const double entropy = Log(m * 0x1p-51) - moment / m;
    const double most = Log(static_cast<double>(i + 1));
    if (entropy < Ratio(mass, total) * most) {
      return static_cast<std::int64_t>(i);
    }
  }
  return {};
}

}  // namespace

StageType Ees::Type() {
  return {.name = "ees",
          .group = StageGroup::kTruncate,
          .summary = "Keeps tokens while they are more undecided than certain.",
          .formula = "the tokens before the first i with H_i / ln i < P_i",
          .source = "arXiv 2512.00789",
          .parameters = {MinKeepParameter()},
          .facts = [](const Parameters&) -> StageFacts {
            return {.keeps_a_prefix = true};
          },
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            return std::make_unique<Ees>(p.Integer("min_keep"));
          }};
}

void Ees::Apply(Candidates& candidates, const StepContext&) const {
  const Mass total = candidates.TotalMass();
  candidates.KeepDecidedByHead([&](const OrderHead& head) -> HeadVerdict {
    const std::optional<std::int64_t> kept = EquilibriumOf(head.weights, total);
    if (kept.has_value()) return {.keep = std::max(*kept, min_keep_)};
    if (!head.complete) return {.deeper = kFurtherDown};
    // No i >= 2 has H_i < P_i, so the tokens of weight > 0 are equal and all
    // stay. The first token of weight 0 would end the prefix.
    const auto weighted =
        std::count_if(head.weights.begin(), head.weights.end(),
                      [](Weight w) { return w > 0; });
    return {.keep = std::max<std::int64_t>(weighted, min_keep_)};
  });
}

}  // namespace sampler

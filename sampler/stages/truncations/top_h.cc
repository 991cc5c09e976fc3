#include "sampler/stages/truncations/top_h.h"

#include <algorithm>

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidates/candidates.h"
#include "sampler/stages/truncations/truncation_parameters.h"

namespace sampler {
namespace {

constexpr double kSlack = 1.0 + 0x1p-40;

Mass MassOf(absl::Span<const WeightedCandidate> list) {
  Mass mass = 0;
  for (const WeightedCandidate& c : list) mass += c.weight;
  return mass;
}

// -p ln p.
double Term(Weight weight, Mass total) {
  const double p = Ratio(weight, total);
  return -p * Log(p);
}

// Length of the longest prefix of `pool` whose terms sum to at most `alpha`
// times the sum of all terms. REQUIRES (also below): every weight is positive.
std::size_t PrefixOfTerms(absl::Span<const WeightedCandidate> pool, Mass total,
                          double alpha) {
  double sum = 0.0;
  for (const WeightedCandidate& c : pool) sum += Term(c.weight, total);
  const double bound = alpha * sum * kSlack;
  double running = 0.0;
  for (std::size_t i = 0; i < pool.size(); ++i) {
    running += Term(pool[i].weight, total);
    if (!(running <= bound)) return i;
  }
  return pool.size();
}

// Number of tokens before the first prefix of `pool` whose entropy,
// renormalised over the prefix, exceeds `bound`.
std::size_t PrefixOfEntropy(absl::Span<const WeightedCandidate> pool,
                            double bound) {
  const double max = pool[0].logit;
  Mass mass = 0;
  double moment = 0.0;
  for (std::size_t i = 0; i < pool.size(); ++i) {
    mass += pool[i].weight;
    moment += static_cast<double>(pool[i].weight) * (pool[i].logit - max);
    const double s = ToDouble(mass);
    if (!(Log(s * 0x1p-51) - moment / s <= bound)) return i;
  }
  return pool.size();
}

}  // namespace

StageType TopH::Type() {
  return {
      .name = "top_h",
      .group = StageGroup::kTruncate,
      .summary = "Keeps the tokens that make up a share of the entropy.",
      .formula = "longest prefix with sum -q_i ln q_i <= alpha * H(q)",
      .source = "arXiv 2509.02510",
      .parameters = {Real("alpha", "share of the entropy; 0.4 is usual")
                         .Above(0)
                         .AtMost(1)
                         .Required(),
                     Integer("pool", "candidates that are looked at; null: all")
                         .AtLeast(1)
                         .Nullable()
                         .Default(100),
                     MinKeepParameter(),
                     Choice("variant", "what is compared with what")
                         .Choices({"partial", "raw", "renormalized"})},
      .facts = [](const Parameters& p) -> StageFacts {
        const auto pool = p.OptionalInteger("pool");
        StageFacts facts = {.keeps_a_prefix = true};
        if (pool.has_value() &&
            p.Choice<Variant>("variant") == Variant::kPartial) {
          facts.head = HeadRule{.count = *pool, .distance = 0.0};
        }
        return facts;
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<TopH>(
            p.Real("alpha"), p.OptionalInteger("pool"),
            p.Choice<Variant>("variant"), p.Integer("min_keep"));
      }};
}

void TopH::Apply(Candidates& candidates, const StepContext&) const {
  const std::int64_t size =
      std::min(pool_.value_or(candidates.Count()), candidates.Count());
  const double entropy =
      variant_ == Variant::kRenormalized ? candidates.Entropy() : 0.0;
  const Mass survivors =
      variant_ == Variant::kRaw ? candidates.TotalMass() : Mass{0};
  absl::Span<const WeightedCandidate> pool = candidates.TopWeighted(
      pool_.has_value() ? size : candidates.WeightedCount());
  while (pool.back().weight == 0) pool.remove_suffix(1);
  std::size_t kept = 0;
  switch (variant_) {
    case Variant::kPartial:
      kept = PrefixOfTerms(pool, MassOf(pool), alpha_);
      break;
    case Variant::kRaw:
      kept = PrefixOfTerms(pool, survivors, alpha_);
      break;
    case Variant::kRenormalized:
      kept = PrefixOfEntropy(pool, alpha_ * entropy * kSlack);
      break;
  }
  candidates.KeepTop(std::clamp<std::int64_t>(
      std::max(static_cast<std::int64_t>(kept), min_keep_), 1, size));
}

}  // namespace sampler

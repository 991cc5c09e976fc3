// The tokens whose surprise is most typical, by bounds. Their order is that of
// |l - c|, c the mean logit, of which bounds say where it lies: the order is
// decided where no other logit is about as far from c as the last one kept.

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "sampler/candidates.h"
#include "sampler/kernels/block.h"
#include "sampler/numeric.h"

namespace sampler {
namespace {

constexpr double kLowest = std::numeric_limits<double>::lowest();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// How many candidates are looked at before a sample is, and how many standard
// deviations of its error the band is wide on either side.
constexpr std::int64_t kFewTokens = 48;
constexpr std::int64_t kHead = 512;
constexpr double kDeviations = 3.5;

}  // namespace

Candidates::Reach Candidates::GuessReach(double p, double center) const {
  // The head as it is, and for the rest a sample that stands for all of it.
  const double head = ThresholdOfCount(kHead);
  GatherAbove(head);
  const std::size_t exact = gathered_.size();
  const std::size_t stride = AppendSample(head);
  const absl::Span<const double> logits = gathered_.logits();
  const absl::Span<const Weight> weights = Weigh(logits);
  double range = 0.0;
  double squares = 0.0;
  const auto mass = [&](std::size_t i) {
    const auto w = static_cast<double>(weights[i]);
    return i < exact ? w : w * static_cast<double>(stride);
  };
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (weights[i] == 0) continue;
    range = std::max(range, std::fabs(logits[i] - center));
    if (i >= exact) squares += mass(i) * mass(i);
  }
  sketch_.Begin(range);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (weights[i] == 0) continue;
    sketch_.Add(std::fabs(logits[i] - center), mass(i));
  }
  const double margin =
      kDeviations * std::sqrt(p * (1.0 - p) * squares) / sketch_.total();
  Reach reach = {-1.0, kInfinity};
  if (p - margin > 0.0) {
    // A token less, where the sample has them far apart.
    reach.inner = sketch_.At(p - margin).nearest * (1.0 - 1e-3);
  }
  if (p + margin < 1.0) {
    reach.outer = sketch_.At(p + margin).farthest * (1.0 + 1e-3);
  }
  return reach;
}

void Candidates::GatherRing(const Reach& reach, double center) const {
  if (reach.inner < 0.0) {
    GatherInside(std::max(kLowest, center - reach.outer), center + reach.outer);
    return;
  }
  CandidateList& above = above_;
  GatherInside(center + reach.inner, center + reach.outer);
  std::swap(above, gathered_);
  GatherInside(std::max(kLowest, center - reach.outer), center - reach.inner);
  gathered_.Reserve(above.size() + 1);
  for (std::size_t i = 0; i < above.size(); ++i) {
    gathered_.AppendIf(true, above.ids()[i], above.logits()[i]);
  }
}

bool Candidates::KeepTypicalByBounds(double p, const MassRule& rule) {
  if (!HasBounds()) return false;
  const MassFilter::Offset offset = filter_.MeanOffset();
  const double middle = 0.5 * (offset.low + offset.high);
  const double center = Max() + middle;
  // By how much distances may be off: |l| of what has weight is at most this.
  const double rounding =
      0x1p-50 * (std::fabs(Max()) + std::fabs(center) + 80.0);
  const double error = 0.5 * (offset.high - offset.low) + rounding;
  // The last one kept, if gathered_, a ring, says so whatever is left open:
  // `low` to `high` is what the ring has to add.
  const auto decide = [&](Mass low, Mass high,
                          const Reach& ring) -> std::optional<Farthest> {
    const absl::Span<const Weight> weights = {weights_.data(),
                                              gathered_.size()};
    const kernels::Ranking ranking = RankByDistance(gathered_, center);
    const kernels::Cut cut =
        kernels::CutAtMass(ranking, weights, high, select_);
    if (cut.mass < high || cut.mass - weights[cut.position] >= low) return {};
    const double last = gathered_.logits()[cut.position];
    const double distance = std::fabs(last - center);
    bool clear = ring.inner + 2.0 * error < distance &&
                 distance + 2.0 * error < ring.outer;
    for (const double logit : gathered_.logits()) {
      const double other = std::fabs(logit - center);
      clear &= logit == last || std::fabs(other - distance) > 2.0 * error;
    }
    if (!clear) return {};
    return Farthest{center, last, gathered_.ids()[cut.position]};
  };
  // Where few tokens weigh nearly all, the head is a ring that holds them.
  const double threshold = ThresholdOfCount(kFewTokens);
  const Reach near = {-1.0, center - threshold};
  if (near.outer > 0.0) {
    GatherAbove(threshold);
    const MassBounds total = filter_.Total();
    const std::optional<Farthest> farthest =
        decide(MassToReach(p, total.low, rule),
               MassToReach(p, total.high, rule), near);
    if (farthest.has_value()) {
      Tally(true);
      return KeepUpTo(*farthest, rule);
    }
  }
  const Reach reach = GuessReach(p, center);
  // Nothing lies inside where the two are equal, or the wrong way around.
  if (!SplitFilter(center - reach.inner, center + reach.inner)) {
    return Tally(false);
  }
  GatherRing(reach, center);
  Mass in_ring = 0;
  for (const Weight weight : Weigh(gathered_.logits())) in_ring += weight;
  const MassFilter::Missing missing = filter_.MissingTo(p);
  const double low = std::floor(missing.low) - 1.0;
  const double high = std::ceil(missing.high) + 1.0;
  if (!(low >= 1.0) || !(high <= ToDouble(in_ring))) return Tally(false);
  const std::optional<Farthest> farthest =
      decide(static_cast<Mass>(low), static_cast<Mass>(high), reach);
  if (!Tally(farthest.has_value())) {
    return KeepTypicalInRing(p, rule, reach, center);
  }
  return KeepUpTo(*farthest, rule);
}

bool Candidates::KeepTypicalInRing(double p, const MassRule& rule,
                                   const Reach& reach, double center) {
  const Parts parts = SumMoments(center - reach.inner, center + reach.inner);
  const double exact_center = MeanLogit();
  const double rounding =
      std::fabs(exact_center - center) +
      0x1p-50 * (std::fabs(Max()) + std::fabs(center) + 80.0);
  const Mass target = MassToReach(p, parts.total, rule);
  if (target <= parts.inside) return false;
  const kernels::Ranking ranking = RankByDistance(gathered_, exact_center);
  const absl::Span<const Weight> weights = {weights_.data(), gathered_.size()};
  const kernels::Cut cut =
      kernels::CutAtMass(ranking, weights, target - parts.inside, select_);
  if (cut.mass < target - parts.inside) return false;
  const double last = gathered_.logits()[cut.position];
  const double distance = std::fabs(last - exact_center);
  if (!(reach.inner + 2.0 * rounding < distance &&
        distance + 2.0 * rounding < reach.outer)) {
    return false;
  }
  return KeepUpTo({exact_center, last, gathered_.ids()[cut.position]}, rule);
}

bool Candidates::KeepUpTo(const Farthest& farthest, const MassRule& rule) {
  const double center = farthest.center;
  const double distance = std::fabs(farthest.logit - center);
  const double slack =
      0x1p-50 * (std::fabs(Max()) + std::fabs(center) + 80.0) + distance * 1e-9;
  GatherInside(std::max(kLowest, center - distance - slack),
               center + distance + slack);
  const bool all = rule.ties == Ties::kKeepAll;
  gathered_.Filter([&](std::size_t i) {
    const double logit = gathered_.logits()[i];
    const double own = std::fabs(logit - center);
    if (own != distance) return own < distance;
    if (all || logit != farthest.logit) return all || logit > farthest.logit;
    return gathered_.ids()[i] <= farthest.id;
  });
  if (static_cast<std::int64_t>(gathered_.size()) < rule.min_keep) return false;
  TakeGathered();
  return true;
}

}  // namespace sampler

// The truncations of Candidates. Each tries the bounds, else computes exactly,
// and applies what either found.

#include <algorithm>
#include <cassert>
#include <cmath>

#include "sampler/arithmetic/numeric.h"
#include "sampler/bounds/deviation_bounds.h"
#include "sampler/bounds/nucleus.h"
#include "sampler/bounds/typical.h"
#include "sampler/bounds/weights.h"
#include "sampler/candidates/candidates.h"
#include "sampler/candidates/truncating.h"
#include "sampler/rows/ranked.h"

namespace sampler {

bool Candidates::HaveBounds() const {
  return !masses_.knows_support() && bounds_.Have();
}

// ---- By order ---------------------------------------------------------------

void Candidates::KeepFirstOfAll(std::int64_t k, Ties ties) {
  if (!set_.HasMoreThan(k)) return;
  set_.ToList(set_.RoughFloorOfTop(k));
  set_.NarrowList([&](CandidateList& list) {
    KeepFirst(RankByLogit(list, TieOrder::kLowId, scratch_), k, ties, list,
              scratch_);
  });
}

void Candidates::KeepTop(std::int64_t k, Ties ties) {
  assert(k >= 1);
  const Truncating truncating(*this);
  if (k == 1 && ties == Ties::kExact) {
    const Candidate likeliest = set_.Likeliest();
    set_.SetTo({&likeliest.id, 1}, {&likeliest.logit, 1});
  } else {
    KeepFirstOfAll(k, ties);
  }
}

void Candidates::KeepAbove(double threshold, std::int64_t min_keep) {
  const std::int64_t wanted = std::max<std::int64_t>(min_keep, 1);
  const Truncating truncating(*this);
  const bool enough = wanted == 1 || threshold <= set_.RoughFloorOfTop(wanted);
  if (enough && set_.CutInPlace(threshold)) return;
  // Whatever is kept lies at or above the lower of the two thresholds.
  set_.ToList(Reaching(std::min(threshold, set_.RoughFloorOfTop(wanted))).low);
  set_.NarrowList([&](CandidateList& list) {
    const std::int64_t above =
        std::count_if(list.logits().begin(), list.logits().end(),
                      [=](double logit) { return logit >= threshold; });
    const auto count = static_cast<std::int64_t>(list.size());
    const std::int64_t kept = std::max(above, std::min(wanted, count));
    if (kept == count) return;
    KeepFirst(RankByLogit(list, TieOrder::kLowId, scratch_), kept, Ties::kExact,
              list, scratch_);
  });
}

void Candidates::KeepWithinDeviations(double n, Deviation deviation,
                                      std::int64_t min_keep) {
  assert(n > 0.0 && Count() >= 2);
  const double max = Max();
  if (bounds_.use() == BoundsUse::kTry) {
    const auto count = static_cast<double>(Count());
    const std::optional<DeviationInterval> sigma = BoundDeviation(
        set_, deviation == Deviation::kSample ? count - 1.0 : count);
    if (sigma.has_value()) {
      const LogitRange open = {max - n * sigma->high, max - n * sigma->low};
      // All thresholds between the two say the same if nothing lies there.
      if (open.low >= kLowestLogit) set_.Gather(open, scratch_.gathered);
      if (bounds_.Note(open.low >= kLowestLogit &&
                       scratch_.gathered.size() == 0)) {
        KeepAbove(open.high, min_keep);
        return;
      }
    }
  }
  KeepAbove(max - n * LogitDeviation(deviation), min_keep);
}

void Candidates::KeepDecidedByHead(
    absl::FunctionRef<HeadVerdict(const OrderHead&)> decide) {
  // How far down the first look goes, in nats and in candidates; the last one
  // sees every weight.
  constexpr double kFirstLook = 6.0;
  constexpr std::int64_t kFirstCount = 64;
  constexpr int kLooks = 4;
  const std::int64_t count = Count();
  const double end = Max() - kZeroWeightGap;
  double threshold = Max() - kFirstLook;
  for (int look = 1;; ++look) {
    if (look == kLooks) threshold = end;
    CandidateList& list = scratch_.gathered;
    set_.Gather(Reaching(std::min(threshold, set_.FloorOfTop(kFirstCount))),
                list);
    const absl::Span<const Weight> weights =
        Weigh(kernels::SortDescending(list.logits(), scratch_.sort).values,
              Max(), scratch_);
    const bool all = static_cast<std::int64_t>(weights.size()) == count;
    const HeadVerdict verdict =
        decide({weights, count, all || threshold <= end});
    if (verdict.keep.has_value()) {
      KeepTop(*verdict.keep);
      return;
    }
    if (look == kLooks) return;  // A rule that never answers.
    threshold = std::max(end, threshold - verdict.deeper);
  }
}

void Candidates::Exclude(absl::Span<const WeightedCandidate> these) {
  const Truncating truncating(*this);
  scratch_.ids.clear();
  for (const WeightedCandidate& c : these) scratch_.ids.push_back(c.id);
  set_.RemoveAll(scratch_.ids);
}

// ---- By weight --------------------------------------------------------------

MassInterval Candidates::BoundLeast(
    absl::FunctionRef<Mass(const Totals&)> least, Needs needs) const {
  const MassInterval total = bounds_.Total();
  double low = 0.0;  // Of the entropy.
  double high = 0.0;
  if (needs == Needs::kEntropy) {
    // For the roundings of the entropy, here and where it is exact.
    constexpr double kSlack = 1e-9;
    const MassBounds::Offset offset = bounds_.MeanOffset();
    low = Log(ToDouble(total.low) * 0x1p-51) - offset.high - kSlack;
    high = Log(ToDouble(total.high) * 0x1p-51) - offset.low + kSlack;
  }
  // Of a monotone function the corners hold the extremes.
  const Mass corners[] = {least({.mass = total.low, .entropy = low}),
                          least({.mass = total.low, .entropy = high}),
                          least({.mass = total.high, .entropy = low}),
                          least({.mass = total.high, .entropy = high})};
  const auto [lowest, highest] =
      std::minmax_element(std::begin(corners), std::end(corners));
  return {*lowest, *highest};
}

Mass Candidates::FindLeast(absl::FunctionRef<Mass(const Totals&)> least,
                           Needs needs) const {
  Totals totals = {};
  // Squares first: they make the total known.
  if (needs == Needs::kSquares) totals.squares = masses_.SumOfSquares();
  if (needs == Needs::kEntropy) totals.entropy = masses_.Entropy();
  totals.mass = masses_.Total();
  return least(totals);
}

void Candidates::KeepWeights(absl::FunctionRef<Mass(const Totals&)> least,
                             const WeightRule& rule) {
  const std::int64_t wanted = std::max<std::int64_t>(rule.min_keep, 1);
  const Truncating truncating(*this);
  std::optional<Survivors> kept;
  if (rule.needs != Needs::kSquares && HaveBounds()) {
    kept = DecideWeights(set_, BoundLeast(least, rule.needs), wanted, scratch_);
    bounds_.Note(kept.has_value());
  }
  if (!kept.has_value()) {
    const Mass exact = FindLeast(least, rule.needs);
    if (exact == 0) return;
    const MassInterval only = {exact, exact};
    kept = masses_.knows_support()
               ? DecideThreshold(set_, only, wanted, scratch_)
               : DecideWeights(set_, only, wanted, scratch_);
    if (!kept.has_value()) kept = FindWeights(masses_, exact);
  }
  if (kept->list != nullptr) {
    const auto count = static_cast<std::int64_t>(kept->list->size());
    if (count < wanted) {
      KeepFirstOfAll(wanted, Ties::kExact);
      return;
    }
    if (!set_.HasMoreThan(count)) return;
  }
  set_.Keep(*kept);
}

// ---- By mass ----------------------------------------------------------------

void Candidates::KeepMass(double p, const MassRule& rule) {
  assert(0.0 <= p && p <= 1.0);
  const Truncating truncating(*this);
  if (rule.basis == MassBasis::kOriginal && original_.known()) {
    KeepOriginalMass(p, rule);
    return;
  }
  std::optional<Survivors> kept;
  if (HaveBounds()) {
    kept = DecideNucleus(set_, masses_, bounds_, p, rule, scratch_);
  }
  if (!kept.has_value()) kept = FindNucleus(set_, masses_, p, rule, scratch_);
  set_.Keep(*kept);
}

void Candidates::KeepOriginalMass(double p, const MassRule& rule) {
  set_.ToList(kLowestLogit);
  set_.NarrowList([&](CandidateList& list) {
    std::vector<Weight>& weights = scratch_.weights;
    weights.clear();
    for (const TokenId id : list.ids()) {
      weights.push_back(original_.WeightOf(id));
    }
    // Where the survivors together fall short of p, all of them stay.
    const kernels::Ranking ranking =
        RankByLogit(list, rule.tie_order, scratch_);
    KeepAtMass(
        ranking,
        CutForMass(ranking, weights, p, original_.total(),
                   static_cast<std::int64_t>(list.size()), rule, scratch_),
        rule.ties, list, scratch_);
  });
}

void Candidates::KeepTypical(double p, const MassRule& typical_rule) {
  const Truncating truncating(*this);
  MassRule rule = typical_rule;
  rule.crossing = Crossing::kInclude;  // The others are not looked at.
  std::optional<Survivors> kept;
  if (HaveBounds()) {
    kept = DecideTypical(set_, masses_, bounds_, p, rule, scratch_);
  }
  if (!kept.has_value()) kept = FindTypical(set_, masses_, p, rule, scratch_);
  set_.Keep(*kept);
}

}  // namespace sampler

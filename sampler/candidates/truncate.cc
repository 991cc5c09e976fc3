// The truncations of Candidates. Each tries the bounds, else computes exactly,
// and applies what either found.

#include <algorithm>
#include <cassert>
#include <cmath>

#include "sampler/arithmetic/numeric.h"
#include "sampler/bounds/bounds_use.h"
#include "sampler/bounds/deviation_bounds.h"
#include "sampler/bounds/mass_bounds.h"
#include "sampler/bounds/nucleus.h"
#include "sampler/bounds/typical.h"
#include "sampler/bounds/weights.h"
#include "sampler/candidates/candidates.h"
#include "sampler/candidates/state.h"
#include "sampler/candidates/truncating.h"
#include "sampler/rows/ranked.h"

namespace sampler {

namespace {

// What `least` says, somewhere between these.
MassInterval BoundLeast(const MassBounds& bounds,
                        absl::FunctionRef<Mass(const Totals&)> least,
                        Needs needs) {
  const MassInterval total = bounds.Total();
  double low = 0.0;  // Of the entropy.
  double high = 0.0;
  if (needs == Needs::kEntropy) {
    // For the roundings of the entropy, here and where it is exact.
    constexpr double kSlack = 1e-9;
    const MassBounds::Offset offset = bounds.MeanOffset();
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

// What it says exactly.
Mass FindLeast(const ExactMasses& masses,
               absl::FunctionRef<Mass(const Totals&)> least, Needs needs) {
  Totals totals = {};
  // Squares first: they make the total known.
  if (needs == Needs::kSquares) totals.squares = masses.SumOfSquares();
  if (needs == Needs::kEntropy) totals.entropy = masses.Entropy();
  totals.mass = masses.Total();
  return least(totals);
}

// Leaves the prefix of mass p of the set before the first truncation.
void KeepOriginalMass(double p, const MassRule& rule,
                      const OriginalMasses& original, CandidateSet& set,
                      GatherScratch& scratch) {
  set.ToList(kLowestLogit);
  set.NarrowList([&](CandidateList& list) {
    std::vector<Weight>& weights = scratch.weights;
    weights.clear();
    for (const TokenId id : list.ids()) {
      weights.push_back(original.WeightOf(id));
    }
    // Where the survivors together fall short of p, all of them stay.
    const kernels::Ranking ranking = RankByLogit(list, rule.tie_order, scratch);
    KeepAtMass(
        ranking,
        CutForMass(ranking, weights, p, original.total(),
                   static_cast<std::int64_t>(list.size()), rule, scratch),
        rule.ties, list, scratch);
  });
}

}  // namespace

// ---- By order ---------------------------------------------------------------

void CandidateView::State::KeepFirstOfAll(std::int64_t k, Ties ties) {
  if (!set.HasMoreThan(k)) return;
  set.ToList(set.RoughFloorOfTop(k));
  set.NarrowList([&](CandidateList& list) {
    KeepFirst(RankByLogit(list, TieOrder::kLowId, scratch), k, ties, list,
              scratch);
  });
}

void Candidates::KeepTop(std::int64_t k, Ties ties) {
  assert(k >= 1);
  const Truncating truncating(*state_);
  if (k == 1 && ties == Ties::kExact) {
    const Candidate likeliest = state_->set.Likeliest();
    state_->set.SetTo({&likeliest.id, 1}, {&likeliest.logit, 1});
  } else {
    state_->KeepFirstOfAll(k, ties);
  }
}

void Candidates::KeepAbove(double threshold, std::int64_t min_keep) {
  const std::int64_t wanted = std::max<std::int64_t>(min_keep, 1);
  const Truncating truncating(*state_);
  const bool enough =
      wanted == 1 || threshold <= state_->set.RoughFloorOfTop(wanted);
  if (enough && state_->set.CutInPlace(threshold)) return;
  // Whatever is kept lies at or above the lower of the two thresholds.
  state_->set.ToList(
      Reaching(std::min(threshold, state_->set.RoughFloorOfTop(wanted))).low);
  state_->set.NarrowList([&](CandidateList& list) {
    const std::int64_t above =
        std::count_if(list.logits().begin(), list.logits().end(),
                      [=](double logit) { return logit >= threshold; });
    const auto count = static_cast<std::int64_t>(list.size());
    const std::int64_t kept = std::max(above, std::min(wanted, count));
    if (kept == count) return;
    KeepFirst(RankByLogit(list, TieOrder::kLowId, state_->scratch), kept,
              Ties::kExact, list, state_->scratch);
  });
}

void Candidates::KeepWithinDeviations(double n, Deviation deviation,
                                      std::int64_t min_keep) {
  assert(n > 0.0 && Count() >= 2);
  const double max = Max();
  if (state_->bounds.use() == BoundsUse::kTry) {
    const auto count = static_cast<double>(Count());
    const std::optional<DeviationInterval> sigma = BoundDeviation(
        state_->set, deviation == Deviation::kSample ? count - 1.0 : count);
    if (sigma.has_value()) {
      const LogitRange open = {max - n * sigma->high, max - n * sigma->low};
      // All thresholds between the two say the same if nothing lies there.
      if (open.low >= kLowestLogit) {
        state_->set.Gather(open, state_->scratch.gathered);
      }
      if (state_->bounds.Note(open.low >= kLowestLogit &&
                              state_->scratch.gathered.size() == 0)) {
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
    CandidateList& list = state_->scratch.gathered;
    state_->set.Gather(
        Reaching(std::min(threshold, state_->set.FloorOfTop(kFirstCount))),
        list);
    const absl::Span<const Weight> weights = Weigh(
        kernels::SortDescending(list.logits(), state_->scratch.sort).values,
        Max(), state_->scratch);
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
  const Truncating truncating(*state_);
  state_->scratch.ids.clear();
  for (const WeightedCandidate& c : these) state_->scratch.ids.push_back(c.id);
  state_->set.RemoveAll(state_->scratch.ids);
}

// ---- By weight --------------------------------------------------------------

void Candidates::KeepWeights(absl::FunctionRef<Mass(const Totals&)> least,
                             const WeightRule& rule) {
  const std::int64_t wanted = std::max<std::int64_t>(rule.min_keep, 1);
  const Truncating truncating(*state_);
  std::optional<Survivors> kept;
  if (rule.needs != Needs::kSquares && state_->HaveBounds()) {
    kept = DecideWeights(state_->set,
                         BoundLeast(state_->bounds, least, rule.needs), wanted,
                         state_->scratch);
    state_->bounds.Note(kept.has_value());
  }
  if (!kept.has_value()) {
    const Mass exact = FindLeast(state_->masses, least, rule.needs);
    if (exact == 0) return;
    const MassInterval only = {exact, exact};
    kept = state_->masses.knows_support()
               ? DecideThreshold(state_->set, only, wanted, state_->scratch)
               : DecideWeights(state_->set, only, wanted, state_->scratch);
    if (!kept.has_value()) kept = FindWeights(state_->masses, exact);
  }
  if (kept->list != nullptr) {
    const auto count = static_cast<std::int64_t>(kept->list->size());
    if (count < wanted) {
      state_->KeepFirstOfAll(wanted, Ties::kExact);
      return;
    }
    if (!state_->set.HasMoreThan(count)) return;
  }
  state_->set.Keep(*kept);
}

// ---- By mass ----------------------------------------------------------------

void Candidates::KeepMass(double p, const MassRule& rule) {
  assert(0.0 <= p && p <= 1.0);
  const Truncating truncating(*state_);
  if (rule.basis == MassBasis::kOriginal && state_->original.known()) {
    KeepOriginalMass(p, rule, state_->original, state_->set, state_->scratch);
    return;
  }
  std::optional<Survivors> kept;
  if (state_->HaveBounds()) {
    kept = DecideNucleus(state_->set, state_->masses, state_->bounds, p, rule,
                         state_->scratch);
  }
  if (!kept.has_value()) {
    kept = FindNucleus(state_->set, state_->masses, p, rule, state_->scratch);
  }
  state_->set.Keep(*kept);
}

void Candidates::KeepTypical(double p, const MassRule& typical_rule) {
  const Truncating truncating(*state_);
  MassRule rule = typical_rule;
  rule.crossing = Crossing::kInclude;  // The others are not looked at.
  std::optional<Survivors> kept;
  if (state_->HaveBounds()) {
    kept = DecideTypical(state_->set, state_->masses, state_->bounds, p, rule,
                         state_->scratch);
  }
  if (!kept.has_value()) {
    kept = FindTypical(state_->set, state_->masses, p, rule, state_->scratch);
  }
  state_->set.Keep(*kept);
}

}  // namespace sampler

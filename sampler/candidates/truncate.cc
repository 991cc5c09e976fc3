// The truncations of Candidates. Each tries the bounds, computes exactly if
// they do not decide, and applies the survivors found.

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <functional>

#include "sampler/arithmetic/numeric.h"
#include "sampler/bounds/bounds_use.h"
#include "sampler/bounds/deviation_bounds.h"
#include "sampler/bounds/mass_bounds.h"
#include "sampler/bounds/nucleus.h"
#include "sampler/bounds/typical.h"
#include "sampler/bounds/weights.h"
#include "sampler/candidates/candidates.h"
#include "sampler/candidates/state.h"
#include "sampler/candidates/truncation_scope.h"
#include "sampler/rows/ranked.h"

namespace sampler {

namespace {

// An interval that holds `least` of the exact totals.
MassInterval BoundLeast(const ChunkSums& sums,
                        absl::FunctionRef<Mass(const Totals&)> least,
                        Needs needs) {
  const MassInterval total = sums.Total();
  double low = 0.0;  // low and high bound the entropy.
  double high = 0.0;
  if (needs == Needs::kEntropy) {
    // More than the rounding error of the entropy, in these bounds and in
    // ExactMasses::Entropy.
    constexpr double kSlack = 1e-9;
    const ChunkSums::Offset offset = sums.MeanOffset();
    low = Log(ToDouble(total.low) * 0x1p-51) - offset.high - kSlack;
    high = Log(ToDouble(total.high) * 0x1p-51) - offset.low + kSlack;
  }
  // A monotone function takes its extremes at the corners.
  const Mass corners[] = {least({.mass = total.low, .entropy = low}),
                          least({.mass = total.low, .entropy = high}),
                          least({.mass = total.high, .entropy = low}),
                          least({.mass = total.high, .entropy = high})};
  const auto [lowest, highest] =
      std::minmax_element(std::begin(corners), std::end(corners));
  return {*lowest, *highest};
}

// `least` of the exact totals.
Mass FindLeast(const ExactMasses& masses,
               absl::FunctionRef<Mass(const Totals&)> least, Needs needs) {
  Totals totals = {};
  // Squares first: SumOfSquares computes the total as well.
  if (needs == Needs::kSquares) totals.squares = masses.SumOfSquares();
  if (needs == Needs::kEntropy) totals.entropy = masses.Entropy();
  totals.mass = masses.Total();
  return least(totals);
}

// The first `count` candidates, if `list` holds all of them down to some logit,
// and `sorted` has its logits in falling order. REQUIRES: it holds `count` at
// least.
Survivors FirstOfHead(const CandidateList& list,
                      absl::Span<const double> sorted, std::size_t count,
                      std::vector<TokenId>& except) {
  const double last = sorted[count - 1];
  const auto equal =
      std::equal_range(sorted.begin(), sorted.end(), last, std::greater<>());
  // Of the candidates equal to the last one, as many stay, by id.
  const std::ptrdiff_t stay =
      sorted.begin() + static_cast<std::ptrdiff_t>(count) - equal.first;
  except.clear();
  if (equal.second - equal.first > stay) {
    std::ptrdiff_t seen = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (list.logits()[i] == last && ++seen > stay) {
        except.push_back(list.ids()[i]);
      }
    }
  }
  return Survivors::AtLeast(last, except);
}

// Keeps the prefix of mass p, with weights and total of the set before the
// first truncation.
void KeepOriginalMass(double p, const MassRule& rule,
                      const OriginalMasses& original, CandidateSet& set,
                      SelectionScratch& scratch) {
  set.ToList(kLowestLogit);
  set.NarrowList([&](CandidateList& list) {
    std::vector<Weight>& weights = scratch.weights;
    weights.clear();
    for (const TokenId id : list.ids()) {
      weights.push_back(original.WeightOf(id));
    }
    // Where the survivors together fall short of p, all of them stay.
    const kernels::Ranking ranking = RankByLogit(list, rule.tie_order);
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
    KeepFirst(RankByLogit(list, TieOrder::kLowId), k, ties, list, scratch);
  });
}

void Candidates::KeepTop(std::int64_t k, Ties ties) {
  assert(k >= 1);
  const TruncationScope truncating(*state_);
  if (k == 1 && ties == Ties::kExact) {
    const Candidate likeliest = state_->set.Likeliest();
    state_->set.ResetTo({&likeliest.id, 1}, {&likeliest.logit, 1});
  } else {
    state_->KeepFirstOfAll(k, ties);
  }
}

void Candidates::KeepAbove(double threshold, std::int64_t min_keep) {
  const std::int64_t wanted = std::max<std::int64_t>(min_keep, 1);
  const TruncationScope truncating(*state_);
  const bool enough =
      wanted == 1 || threshold <= state_->set.RoughFloorOfTop(wanted);
  if (enough && state_->set.CutInPlace(threshold)) return;
  // Every candidate to keep reaches the lower of the two thresholds.
  state_->set.ToList(
      AtLeast(std::min(threshold, state_->set.RoughFloorOfTop(wanted))).low);
  state_->set.NarrowList([&](CandidateList& list) {
    const std::int64_t above =
        std::count_if(list.logits().begin(), list.logits().end(),
                      [=](double logit) { return logit >= threshold; });
    const auto count = static_cast<std::int64_t>(list.size());
    const std::int64_t kept = std::max(above, std::min(wanted, count));
    if (kept == count) return;
    KeepFirst(RankByLogit(list, TieOrder::kLowId), kept, Ties::kExact, list,
              state_->scratch);
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
      // All thresholds in `open` keep the same candidates if no logit lies in
      // it.
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
  // The first head reaches 6 nats down and holds at least 64 candidates; the
  // fourth and last holds every candidate of weight > 0.
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
        AtLeast(std::min(threshold, state_->set.LowerBoundOfTop(kFirstCount))),
        list);
    const absl::Span<const double> sorted =
        kernels::SortDescending(list.logits(), state_->scratch.sort).values;
    const absl::Span<const Weight> weights =
        Weigh(sorted, Max(), state_->scratch);
    const bool all = static_cast<std::int64_t>(weights.size()) == count;
    const HeadVerdict verdict =
        decide({weights, count, all || threshold <= end});
    if (verdict.keep.has_value()) {
      const auto keep = static_cast<std::size_t>(*verdict.keep);
      if (keep > sorted.size()) return KeepTop(*verdict.keep);
      const TruncationScope truncating(*state_);
      if (*verdict.keep < count) {
        state_->set.Keep(FirstOfHead(list, sorted, keep, state_->scratch.ids));
      }
      return;
    }
    if (look == kLooks) return;  // No answer: all stay.
    threshold = std::max(end, threshold - verdict.deeper);
  }
}

void Candidates::RemoveAll(absl::Span<const WeightedCandidate> these) {
  const TruncationScope truncating(*state_);
  state_->scratch.ids.clear();
  for (const WeightedCandidate& c : these) state_->scratch.ids.push_back(c.id);
  state_->set.RemoveAll(state_->scratch.ids);
}

// ---- By weight --------------------------------------------------------------

void Candidates::KeepWeights(absl::FunctionRef<Mass(const Totals&)> least,
                             const WeightRule& rule) {
  const std::int64_t wanted = std::max<std::int64_t>(rule.min_keep, 1);
  const TruncationScope truncating(*state_);
  std::optional<Survivors> kept;
  const bool bounded =
      (rule.needs == Needs::kMass && state_->HaveBounds()) ||
      (rule.needs == Needs::kEntropy && state_->HaveBoundsOfMean());
  if (bounded) {
    kept = DecideWeights(state_->set,
                         BoundLeast(state_->bounds.sums(), least, rule.needs),
                         wanted, state_->scratch);
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
  const TruncationScope truncating(*state_);
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
  state_->Keep(*kept);
}

void Candidates::KeepTypical(double p, const MassRule& typical_rule) {
  const TruncationScope truncating(*state_);
  MassRule rule = typical_rule;
  rule.crossing = Crossing::kInclude;  // KeepTypical ignores the caller's.
  std::optional<Survivors> kept;
  if (state_->HaveBoundsOfMean()) {
    kept = DecideTypical(state_->set, state_->masses, state_->bounds, p, rule,
                         state_->scratch);
  }
  if (!kept.has_value()) {
    kept = FindTypical(state_->set, state_->masses, p, rule, state_->scratch);
  }
  state_->Keep(*kept);
}

}  // namespace sampler

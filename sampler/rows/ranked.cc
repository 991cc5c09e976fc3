#include "sampler/rows/ranked.h"

#include <algorithm>
#include <cmath>

#include "sampler/kernels/block.h"

namespace sampler {

kernels::Ranking RankByLogit(const CandidateList& list, TieOrder tie_order) {
  return {list.logits(), {}, tie_order};
}

kernels::Ranking RankByDistance(const CandidateList& list, double center,
                                SelectionScratch& scratch) {
  scratch.nearness.resize(list.size());
  std::transform(list.logits().begin(), list.logits().end(),
                 scratch.nearness.begin(),
                 [center](double logit) { return -std::fabs(logit - center); });
  return {scratch.nearness, list.logits(), TieOrder::kLowId};
}

MassCut CutForMass(const kernels::Ranking& ranking,
                   absl::Span<const Weight> weights, double p, Mass total,
                   std::int64_t count, const MassRule& rule,
                   SelectionScratch& scratch) {
  const Mass target = MassToReach(p, total, rule);
  const kernels::Cut cut =
      kernels::CutAtMass(ranking, weights, target, scratch.select);
  // The target is out of reach: all candidates stay, those of weight 0
  // included.
  const std::int64_t reached =
      cut.mass < target ? count
                        : static_cast<std::int64_t>(cut.count) -
                              (rule.crossing == Crossing::kExclude ? 1 : 0);
  return {cut,
          std::min(std::max({reached, rule.min_keep, std::int64_t{1}}), count)};
}

void KeepPrefix(const kernels::Ranking& ranking, const kernels::Cut& cut,
                Ties ties, CandidateList& list) {
  if (ties == Ties::kKeepAll) {
    list.Filter([&](std::size_t i) { return ranking.values[i] >= cut.value; });
  } else {
    list.Filter(
        [&](std::size_t i) { return kernels::InPrefix(ranking, cut, i); });
  }
}

void KeepFirst(const kernels::Ranking& ranking, std::int64_t count, Ties ties,
               CandidateList& list, SelectionScratch& scratch) {
  KeepPrefix(ranking,
             kernels::CutAtCount(ranking, static_cast<std::size_t>(count),
                                 scratch.select),
             ties, list);
}

void KeepAtMass(const kernels::Ranking& ranking, const MassCut& reached,
                Ties ties, CandidateList& list, SelectionScratch& scratch) {
  if (reached.count == static_cast<std::int64_t>(reached.cut.count)) {
    KeepPrefix(ranking, reached.cut, ties, list);
  } else {
    KeepFirst(ranking, reached.count, ties, list, scratch);
  }
}

Survivors KeepWeighed(const kernels::Ranking& ranking, const MassCut& reached,
                      Ties ties, SelectionScratch& scratch) {
  CandidateList& list = scratch.gathered;
  const std::size_t count = list.size();
  // Where the mass rule keeps just the prefix that reached the mass, its
  // weights and their sum are known, and go on with the list.
  const bool plain =
      ties == Ties::kExact &&
      reached.count == static_cast<std::int64_t>(reached.cut.count);
  if (!plain) {
    KeepAtMass(ranking, reached, ties, list, scratch);
    return Survivors::Exactly(list);
  }
  Weight* const weights = scratch.weights.data();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const bool stays = kernels::InPrefix(ranking, reached.cut, i);
    weights[kept] = weights[i];
    kept += stays ? 1 : 0;
  }
  KeepPrefix(ranking, reached.cut, ties, list);
  Survivors survivors = Survivors::Exactly(list);
  // Whoever takes the weights over counts on none being 0.
  if (std::find(weights, weights + kept, Weight{0}) == weights + kept) {
    survivors.weights = &scratch.weights;
    survivors.mass = reached.cut.mass;
  }
  return survivors;
}

absl::Span<const Weight> Weigh(absl::Span<const double> logits, double max,
                               SelectionScratch& scratch) {
  std::vector<Weight>& weights = scratch.weights;
  weights.resize(std::max(weights.size(), logits.size()));
  kernels::ComputeWeights(logits.data(), logits.size(), max, weights.data());
  return {weights.data(), logits.size()};
}

namespace {

// The shortest prefix of mass p in the order that rank(list) returns.
template <typename Rank>
Survivors FindPrefix(const CandidateSet& set, const ExactMasses& masses,
                     double p, const MassRule& rule, SelectionScratch& scratch,
                     Rank rank) {
  const ExactMasses::Support& s = masses.support();
  const kernels::Ranking ranking = rank(s.list);
  const MassCut reached =
      CutForMass(ranking, s.weights(), p, s.total, set.Count(), rule, scratch);
  if (reached.count <= static_cast<std::int64_t>(s.list.size())) {
    CandidateList& list = masses.TakeSupport().list;  // The list ranked above.
    KeepAtMass(ranking, reached, rule.ties, list, scratch);
    return Survivors::Exactly(list);
  }
  // Some candidates of weight 0 stay as well.
  set.Gather({kLowestLogit}, scratch.gathered);
  KeepFirst(rank(scratch.gathered), reached.count, rule.ties, scratch.gathered,
            scratch);
  return Survivors::Exactly(scratch.gathered);
}

}  // namespace

Survivors FindNucleus(const CandidateSet& set, const ExactMasses& masses,
                      double p, const MassRule& rule,
                      SelectionScratch& scratch) {
  return FindPrefix(set, masses, p, rule, scratch,
                    [&](const CandidateList& list) {
                      return RankByLogit(list, rule.tie_order);
                    });
}

Survivors FindTypical(const CandidateSet& set, const ExactMasses& masses,
                      double p, const MassRule& rule,
                      SelectionScratch& scratch) {
  // |-ln p_i - H| = |l_i - c|, c the mean logit.
  const double center = set.Max() + masses.MeanOffset();
  return FindPrefix(set, masses, p, rule, scratch,
                    [&](const CandidateList& list) {
                      return RankByDistance(list, center, scratch);
                    });
}

Survivors FindWeights(const ExactMasses& masses, Mass least) {
  ExactMasses::Support& s = masses.TakeSupport();
  s.list.Filter([&](std::size_t i) { return s.weight_of[i] >= least; });
  return Survivors::Exactly(s.list);
}

}  // namespace sampler

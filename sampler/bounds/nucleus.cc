#include "sampler/bounds/nucleus.h"

#include <algorithm>
#include <cmath>

#include "sampler/bounds/sample.h"
#include "sampler/bounds/tuning.h"
#include "sampler/bounds/weights.h"
#include "sampler/rows/ranked.h"

namespace sampler {
namespace {

Mass Sum(absl::Span<const Weight> weights) {
  Mass sum = 0;
  for (const Weight weight : weights) sum += weight;
  return sum;
}

// Where below `below` the running mass reaches `fraction` of the mass there,
// probably.
LogitRange GuessBand(const CandidateSet& set, MassBounds& bounds, double below,
                     double fraction, GatherScratch& scratch) {
  scratch.gathered.Clear();
  AppendSample(set, below, scratch.gathered);
  const absl::Span<const double> logits = scratch.gathered.logits();
  const absl::Span<const Weight> weights = Weigh(logits, set.Max(), scratch);
  double range = 0.0;
  double squares = 0.0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (weights[i] == 0) continue;
    const auto w = static_cast<double>(weights[i]);
    range = std::max(range, below - logits[i]);
    squares += w * w;
  }
  if (squares == 0.0) return {kLowestLogit, below};
  MassSketch& sketch = bounds.sketch();
  sketch.Begin(range);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (weights[i] == 0) continue;
    sketch.Add(below - logits[i], static_cast<double>(weights[i]));
  }
  const double error = std::sqrt(fraction * (1.0 - fraction) * squares);
  const double margin = tuning::kDeviations * error / sketch.total();
  LogitRange band = {kLowestLogit, below};
  if (fraction + margin < 1.0) {
    band.low = below - sketch.At(fraction + margin).farthest;
  }
  if (fraction - margin > 0.0) {
    band.high = below - sketch.At(fraction - margin).nearest;
  }
  return band;
}

// All of the total order down to the end of a prefix of `band`, which holds
// every candidate tied with the last one.
Survivors DownTo(const CandidateList& band, const kernels::Ranking& ranking,
                 const kernels::Cut& cut, Ties ties, GatherScratch& scratch) {
  scratch.ids.clear();
  if (ties == Ties::kExact &&
      std::count(ranking.keys.begin(), ranking.keys.end(), cut.key) > 1) {
    for (std::size_t i = 0; i < band.size(); ++i) {
      if (ranking.keys[i] != cut.key || InPrefix(ranking, cut, i)) continue;
      scratch.ids.push_back(band.ids()[i]);
    }
  }
  return Survivors::Reaching(band.logits()[cut.position], scratch.ids);
}

// The nucleus, if it ends below `below`, at about `fraction` of the mass there.
std::optional<Survivors> DecideInBand(const CandidateSet& set,
                                      const ExactMasses& masses,
                                      MassBounds& bounds, double p,
                                      const MassRule& rule, double below,
                                      double fraction, GatherScratch& scratch) {
  const LogitRange band = GuessBand(set, bounds, below, fraction, scratch);
  if (!bounds.Split({band.high})) {
    bounds.Note(false);
    return {};
  }
  const WeighedList inside = GatherWeighed(set, band, scratch);
  // What the band has to add to the mass above it lies between these, and so
  // that neither ">=" nor ">" is in question.
  const MassBounds::Missing missing = bounds.MissingTo(p);
  const double low = std::floor(missing.low) - 1.0;
  const double high = std::ceil(missing.high) + 1.0;
  if (!(low >= 1.0) || !(high <= ToDouble(Sum(inside.weights)))) {
    bounds.Note(false);
    return {};
  }
  const kernels::Ranking ranking =
      RankByLogit(*inside.list, rule.tie_order, scratch);
  kernels::Cut cut = kernels::CutAtMass(
      ranking, inside.weights, static_cast<Mass>(high), scratch.select);
  if (!bounds.Note(cut.mass - inside.weights[cut.position] <
                   static_cast<Mass>(low))) {
    // Two tokens are left: the exact masses on both sides of the band decide.
    const ExactMasses::Parts parts = masses.SumParts({band.high});
    cut = kernels::CutAtMass(ranking, inside.weights,
                             MassToReach(p, parts.total, rule) - parts.inside,
                             scratch.select);
  }
  if (rule.crossing == Crossing::kExclude) {
    if (cut.count < 2) return {};
    cut = kernels::CutAtCount(ranking, cut.count - 1, scratch.select);
  }
  return DownTo(*inside.list, ranking, cut, rule.ties, scratch);
}

}  // namespace

std::optional<Survivors> DecideNucleus(const CandidateSet& set,
                                       const ExactMasses& masses,
                                       MassBounds& bounds, double p,
                                       const MassRule& rule,
                                       GatherScratch& scratch) {
  const MassInterval total = bounds.Total();
  const Mass low = MassToReach(p, total.low, rule);
  const Mass high = MassToReach(p, total.high, rule);
  // A mass of 0 needs no bounds: the likeliest alone stays.
  if (high == 0) return {};
  // Weighs ever more of the head, until it holds the mass.
  const auto size = static_cast<std::int64_t>(set.slots());
  double threshold = std::numeric_limits<double>::infinity();
  WeighedList head = {&scratch.gathered, {}};
  Mass gathered = 0;
  scratch.gathered.Clear();
  for (const std::int64_t k : tuning::kHeads) {
    if (gathered >= high || k >= size / 4) continue;
    threshold = set.FloorOfTop(k);
    head = GatherWeighed(set, {threshold}, scratch);
    gathered = Sum(head.weights);
  }
  const auto count = static_cast<std::int64_t>(head.weights.size());
  if (gathered < high) {
    if (!(threshold < set.Max()) || rule.min_keep > count) {
      bounds.Note(false);
      return {};
    }
    // The part of what is not yet gathered that is still needed.
    return DecideInBand(
        set, masses, bounds, p, rule, threshold,
        Ratio(high - gathered, std::max(total.high - gathered, Mass{1})),
        scratch);
  }
  const kernels::Ranking ranking =
      RankByLogit(*head.list, rule.tie_order, scratch);
  const MassCut reached = CutForMass(ranking, head.weights, p, total.high,
                                     set.Count(), rule, scratch);
  // The shortest prefix that reaches the upper end must be that of the lower,
  // and all that is kept must be at hand.
  if (!bounds.Note(reached.cut.mass - head.weights[reached.cut.position] <
                       low &&
                   reached.count <= count)) {
    return {};
  }
  KeepAtMass(ranking, reached, rule.ties, *head.list, scratch);
  return Survivors::Exactly(*head.list);
}

}  // namespace sampler

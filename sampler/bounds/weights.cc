#include "sampler/bounds/weights.h"

#include <algorithm>
#include <cmath>

#include "sampler/arithmetic/numeric.h"
#include "sampler/bounds/tuning.h"
#include "sampler/rows/ranked.h"

namespace sampler {
namespace {

// The logit that weighs `weight`, moved by `units` of weight and by the
// roundings of a logit: with -2 every logit of at least this weight reaches it,
// with +2 every logit that reaches it has at least this weight. (A weight is
// rounded by 1/2, and Exp is off by less than 1 in 2^51.)
double LogitOf(Mass weight, double max, double units) {
  const double slack = 1e-9 * (1.0 + std::fabs(max));
  return max + Log((ToDouble(weight) + units) * 0x1p-51) +
         (units < 0.0 ? -slack : slack);
}
double LogitBelow(Mass weight, double max) {
  return LogitOf(weight, max, -2.0);
}
double LogitAbove(Mass weight, double max) { return LogitOf(weight, max, 2.0); }

// Where many pass: the logit from which on candidates do. Two neighbouring
// logits may share a weight or be rounded in the wrong order, so that there may
// be no such logit.
std::optional<double> FindThreshold(const CandidateSet& set,
                                    const MassInterval& least,
                                    SelectionScratch& scratch) {
  if (least.low < tuning::kLeastWeight) return {};
  const double max = set.Max();
  const double high = LogitAbove(least.high, max);
  if (!set.ManyReach(high)) return {};
  // Between the two it is not plain from the logit who passes.
  const WeighedList close =
      GatherWeighed(set, {LogitBelow(least.low, max), high}, scratch);
  double lightest = high;
  double heaviest = kRemoved;
  for (std::size_t i = 0; i < close.weights.size(); ++i) {
    const double logit = close.list->logits()[i];
    if (close.weights[i] >= least.high) {
      lightest = std::min(lightest, logit);
    } else if (close.weights[i] < least.low) {
      heaviest = std::max(heaviest, logit);
    } else {
      return {};
    }
  }
  if (!(heaviest < lightest)) return {};
  return lightest;
}

}  // namespace

WeighedList GatherWeighed(const CandidateSet& set, const LogitRange& range,
                          SelectionScratch& scratch) {
  set.Gather(range, scratch.gathered);
  return {&scratch.gathered,
          Weigh(scratch.gathered.logits(), set.Max(), scratch)};
}

std::optional<WeighedList> GatherHeavy(const CandidateSet& set,
                                       const MassInterval& least,
                                       SelectionScratch& scratch) {
  if (least.low < tuning::kLeastWeight) return {};
  WeighedList all =
      GatherWeighed(set, AtLeast(LogitBelow(least.low, set.Max())), scratch);
  std::size_t heavy = 0;
  for (const Weight weight : all.weights) {
    if (least.low <= weight && weight < least.high) return {};
    heavy += weight >= least.high ? 1u : 0u;
  }
  if (heavy == all.weights.size()) return all;
  all.list->Filter([&](std::size_t i) { return all.weights[i] >= least.high; });
  all.weights = Weigh(all.list->logits(), set.Max(), scratch);
  return all;
}

std::optional<Survivors> DecideThreshold(const CandidateSet& set,
                                         const MassInterval& least,
                                         std::int64_t min_keep,
                                         SelectionScratch& scratch) {
  const std::optional<double> threshold = FindThreshold(set, least, scratch);
  if (!threshold.has_value()) return {};
  if (min_keep > 1 && *threshold > set.RoughFloorOfTop(min_keep)) return {};
  return Survivors::AtLeast(*threshold);
}

std::optional<Survivors> DecideWeights(const CandidateSet& set,
                                       const MassInterval& least,
                                       std::int64_t min_keep,
                                       SelectionScratch& scratch) {
  const std::optional<Survivors> cut =
      DecideThreshold(set, least, min_keep, scratch);
  if (cut.has_value()) return cut;
  const std::optional<WeighedList> heavy = GatherHeavy(set, least, scratch);
  if (!heavy.has_value()) return {};
  return Survivors::Exactly(*heavy->list);
}

}  // namespace sampler

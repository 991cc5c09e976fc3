#include "sampler/bounds/typical.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "sampler/bounds/sample.h"
#include "sampler/bounds/tuning.h"
#include "sampler/bounds/weights.h"
#include "sampler/rows/ranked.h"

namespace sampler {
namespace {

// Distances from the center: inner < |l - c| < outer. Below 0: nothing lies
// surely within.
struct Ring {
  double inner;
  double outer;
};

// The last candidate that is kept, and the center that its distance is from.
struct LastKept {
  double center;
  double logit;
  TokenId id;

  double distance() const { return std::fabs(logit - center); }
};

// The decision in the making: a set, the rule, and what is remembered between
// its attempts.
struct Attempt {
  const CandidateSet& set;
  const ExactMasses& masses;
  MassBounds& bounds;
  double p;
  const MassRule& rule;
  GatherScratch& scratch;

  // What the roundings of a distance from `center` may add up to: |l| of what
  // has weight is at most this.
  double Rounding(double center) const {
    return 0x1p-50 * (std::fabs(set.Max()) + std::fabs(center) + 80.0);
  }
};

// Where the last one kept lies, probably.
Ring GuessRing(const Attempt& a, double center) {
  // The head as it is, and for the rest a sample that stands for all of it.
  CandidateList& list = a.scratch.gathered;
  const double head = a.set.FloorOfTop(tuning::kTypicalHead);
  a.set.Gather({head}, list);
  const std::size_t exact = list.size();
  const std::size_t stride = AppendSample(a.set, head, list);
  const absl::Span<const double> logits = list.logits();
  const absl::Span<const Weight> weights =
      Weigh(logits, a.set.Max(), a.scratch);
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
  MassSketch& sketch = a.bounds.sketch();
  sketch.Begin(range);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (weights[i] == 0) continue;
    sketch.Add(std::fabs(logits[i] - center), mass(i));
  }
  const double margin = tuning::kDeviations *
                        std::sqrt(a.p * (1.0 - a.p) * squares) / sketch.total();
  Ring ring = {-1.0, std::numeric_limits<double>::infinity()};
  // A little wider than the sketch says: it rounds distances.
  if (a.p - margin > 0.0) {
    ring.inner = sketch.At(a.p - margin).nearest * (1.0 - 1e-3);
  }
  if (a.p + margin < 1.0) {
    ring.outer = sketch.At(a.p + margin).farthest * (1.0 + 1e-3);
  }
  return ring;
}

// The candidates of a ring, weighed.
WeighedList GatherRing(const Attempt& a, const Ring& ring, double center) {
  const double low = std::max(kLowestLogit, center - ring.outer);
  if (ring.inner < 0.0) {
    return GatherWeighed(a.set, {low, center + ring.outer}, a.scratch);
  }
  CandidateList& list = a.scratch.gathered;
  CandidateList& above = a.scratch.more;
  a.set.Gather({center + ring.inner, center + ring.outer}, above);
  a.set.Gather({low, center - ring.inner}, list);
  list.Reserve(above.size() + 1);
  for (std::size_t i = 0; i < above.size(); ++i) {
    list.AppendIf(true, above.ids()[i], above.logits()[i]);
  }
  return {&list, Weigh(list.logits(), a.set.Max(), a.scratch)};
}

// The last one kept, if a gathered ring says so wherever the center lies within
// `error` of `center`, and whatever between `low` and `high` the ring has to
// add to the mass within it.
std::optional<LastKept> DecideInRing(const Attempt& a, const Ring& ring,
                                     const WeighedList& list, double center,
                                     double error, Mass low, Mass high) {
  const kernels::Ranking ranking =
      RankByDistance(*list.list, center, a.scratch);
  const kernels::Cut cut =
      kernels::CutAtMass(ranking, list.weights, high, a.scratch.select);
  if (cut.mass < high || cut.mass - list.weights[cut.position] >= low) {
    return {};
  }
  const LastKept last = {center, list.list->logits()[cut.position],
                         list.list->ids()[cut.position]};
  const double distance = last.distance();
  bool clear = ring.inner + 2.0 * error < distance &&
               distance + 2.0 * error < ring.outer;
  for (const double logit : list.list->logits()) {
    const double other = std::fabs(logit - center);
    clear &= logit == last.logit || std::fabs(other - distance) > 2.0 * error;
  }
  if (!clear) return {};
  return last;
}

// The same by exact sums, if the last one kept lies in the ring.
std::optional<LastKept> FindInRing(const Attempt& a, const Ring& ring,
                                   const WeighedList& list, double center) {
  const ExactMasses::Parts parts =
      a.masses.SumMoments({center - ring.inner, center + ring.inner});
  const double exact_center = a.set.Max() + a.masses.MeanOffset();
  const double error = std::fabs(exact_center - center) + a.Rounding(center);
  const Mass target = MassToReach(a.p, parts.total, a.rule);
  if (target <= parts.inside) return {};
  const kernels::Ranking ranking =
      RankByDistance(*list.list, exact_center, a.scratch);
  const kernels::Cut cut = kernels::CutAtMass(
      ranking, list.weights, target - parts.inside, a.scratch.select);
  if (cut.mass < target - parts.inside) return {};
  const LastKept last = {exact_center, list.list->logits()[cut.position],
                         list.list->ids()[cut.position]};
  if (!(ring.inner + 2.0 * error < last.distance() &&
        last.distance() + 2.0 * error < ring.outer)) {
    return {};
  }
  return last;
}

// What comes, by distance, no later than `last`.
std::optional<Survivors> UpTo(const Attempt& a, const LastKept& last) {
  const double center = last.center;
  const double distance = last.distance();
  const double slack = a.Rounding(center) + distance * 1e-9;
  CandidateList& list = a.scratch.gathered;
  a.set.Gather({std::max(kLowestLogit, center - distance - slack),
                center + distance + slack},
               list);
  const bool all = a.rule.ties == Ties::kKeepAll;
  list.Filter([&](std::size_t i) {
    const double logit = list.logits()[i];
    const double own = std::fabs(logit - center);
    if (own != distance) return own < distance;
    if (all || logit != last.logit) return all || logit > last.logit;
    return list.ids()[i] <= last.id;
  });
  if (static_cast<std::int64_t>(list.size()) < a.rule.min_keep) return {};
  return Survivors::Exactly(list);
}

// Where few tokens weigh nearly all, the head is a ring that holds them.
std::optional<LastKept> DecideInHead(const Attempt& a, double center,
                                     double error) {
  const double threshold = a.set.FloorOfTop(tuning::kFewTypical);
  const Ring near = {-1.0, center - threshold};
  if (!(near.outer > 0.0)) return {};
  const MassInterval total = a.bounds.Total();
  return DecideInRing(a, near, GatherWeighed(a.set, {threshold}, a.scratch),
                      center, error, MassToReach(a.p, total.low, a.rule),
                      MassToReach(a.p, total.high, a.rule));
}

}  // namespace

std::optional<Survivors> DecideTypical(const CandidateSet& set,
                                       const ExactMasses& masses,
                                       MassBounds& bounds, double p,
                                       const MassRule& rule,
                                       GatherScratch& scratch) {
  const Attempt a = {set, masses, bounds, p, rule, scratch};
  const MassBounds::Offset offset = bounds.MeanOffset();
  const double center = set.Max() + 0.5 * (offset.low + offset.high);
  // By how much distances may be off.
  const double error = 0.5 * (offset.high - offset.low) + a.Rounding(center);
  const std::optional<LastKept> near = DecideInHead(a, center, error);
  if (near.has_value()) {
    bounds.Note(true);
    return UpTo(a, *near);
  }
  const Ring ring = GuessRing(a, center);
  // Nothing lies within where the two are equal, or the wrong way around.
  if (!bounds.Split({center - ring.inner, center + ring.inner})) {
    bounds.Note(false);
    return {};
  }
  const WeighedList list = GatherRing(a, ring, center);
  Mass in_ring = 0;
  for (const Weight weight : list.weights) in_ring += weight;
  const MassBounds::Missing missing = bounds.MissingTo(p);
  const double low = std::floor(missing.low) - 1.0;
  const double high = std::ceil(missing.high) + 1.0;
  if (!(low >= 1.0) || !(high <= ToDouble(in_ring))) {
    bounds.Note(false);
    return {};
  }
  std::optional<LastKept> last =
      DecideInRing(a, ring, list, center, error, static_cast<Mass>(low),
                   static_cast<Mass>(high));
  if (!bounds.Note(last.has_value())) last = FindInRing(a, ring, list, center);
  if (!last.has_value()) return {};
  return UpTo(a, *last);
}

}  // namespace sampler

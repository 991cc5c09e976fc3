#include "sampler/bounds/typical.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "sampler/arithmetic/numeric.h"
#include "sampler/bounds/head.h"
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
struct TypicalAttempt {
  const CandidateSet& set;
  const ExactMasses& masses;
  MassBounds& bounds;
  double p;
  const MassRule& rule;
  SelectionScratch& scratch;

  // What the roundings of a distance from `center` may add up to: |l| of what
  // has weight is at most this.
  double Rounding(double center) const {
    return 0x1p-50 * (std::fabs(set.Max()) + std::fabs(center) + 80.0);
  }
};

// Where the last one kept lies, probably: beyond it lies what is missing to all
// the mass, which is known.
Ring GuessRing(const TypicalAttempt& a, double center) {
  // The head as it is, and for the rest a sample that stands for all of it.
  const auto blocks = static_cast<std::int64_t>(a.set.slots() / 64);
  const double head = a.set.LowerBoundOfTop(
      std::clamp<std::int64_t>(blocks / 2, 1, tuning::kTypicalHead));
  CandidateList& list = a.scratch.gathered;
  a.set.Gather({head}, list);
  MassSketch& exact = a.bounds.exact_sketch();
  exact.Begin(a.set.Max(), center);
  exact.Add(list.logits());
  MassSketch& sketch = a.bounds.sketch();
  sketch.Begin(a.set.Max(), center);
  AddSample(a.set, head, sketch);
  const auto stride = static_cast<double>(SampleStride(a.set));
  const auto beyond_of = [&](float distance) {
    return exact.Beyond(distance) + stride * sketch.Beyond(distance);
  };
  const double total = ToDouble(a.bounds.sums().Total().high) * 0x1p-51;
  const double beyond = (1.0 - a.p) * total;
  const MassSketch::Place place = MassSketch::WhereFallsTo(
      beyond, beyond_of, {tuning::kFirstDistance, tuning::kFirstDistance},
      tuning::kSlack * beyond);
  const double error = tuning::kDeviations * stride *
                       std::sqrt(sketch.SquaresBeyond(place.nearest));
  const auto where = [&](double mass) {
    return MassSketch::WhereFallsTo(mass, beyond_of,
                                    {place.nearest, tuning::kBandStep},
                                    tuning::kSlack * error);
  };
  Ring ring = {-1.0, std::numeric_limits<double>::infinity()};
  const MassSketch::Place inner = where(beyond + error);
  if (inner.nearest > 0.0f) ring.inner = static_cast<double>(inner.nearest);
  if (beyond > error) {
    ring.outer = static_cast<double>(where(beyond - error).farthest);
  }
  return ring;
}

// The last one kept, if a gathered ring says so wherever the center lies within
// `error` of `center`, and whatever between `low` and `high` the ring has to
// add to the mass within it.
std::optional<LastKept> DecideInRing(const TypicalAttempt& a, const Ring& ring,
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
std::optional<LastKept> FindInRing(const TypicalAttempt& a, const Ring& ring,
                                   const WeighedList& list, double center) {
  const ExactMasses::Parts parts =
      a.masses.SumPartsAndMean({center - ring.inner, center + ring.inner});
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
std::optional<Survivors> UpTo(const TypicalAttempt& a, const LastKept& last) {
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

// The same where most of the row stays: cut in place, by the ring that the last
// one kept lies in, of which all that lies within it stays and all that lies
// beyond goes. Nothing where a list costs less, as where many are too likely to
// be typical. Bounds will follow.
std::optional<Survivors> CutInRing(const TypicalAttempt& a, const Ring& ring,
                                   const LogitRange& inside,
                                   const LogitRange& listed,
                                   const LastKept& last) {
  if (a.rule.min_keep > 1 || !a.set.ManyReach(last.center - last.distance())) {
    return {};
  }
  // What is too likely to be typical: beyond the ring, and in it, nearly.
  const absl::Span<const double> maxima = a.set.BlockMaxima();
  const auto reaching = static_cast<std::size_t>(
      std::count_if(maxima.begin(), maxima.end(),
                    [&](double max) { return max >= listed.high; }));
  const std::size_t most = a.set.slots() / tuning::kMostExceptions;
  if (reaching > most) return {};
  CandidateList& beyond = a.scratch.more;
  beyond.Clear();
  if (reaching > 0) a.set.Gather({listed.high}, beyond);
  const CandidateList& list = a.scratch.gathered;
  const absl::Span<const double> logits = list.logits();
  const double distance = last.distance();
  const double end = last.center + distance;
  const auto too_likely = static_cast<std::size_t>(
      std::count_if(logits.begin(), logits.end(),
                    [end](double logit) { return logit > end; }));
  if (beyond.size() + too_likely > most) return {};
  const auto ties_stay = static_cast<unsigned>(a.rule.ties == Ties::kKeepAll);
  // Without a branch: whether one of a ring stays is hard to predict.
  const auto goes = [&](std::size_t i) {
    const double logit = logits[i];
    const double own = std::fabs(logit - last.center);
    const unsigned first_of_ties =
        ties_stay | static_cast<unsigned>(logit > last.logit) |
        (static_cast<unsigned>(logit == last.logit) &
         static_cast<unsigned>(list.ids()[i] <= last.id));
    const unsigned stays =
        static_cast<unsigned>(own < distance) |
        (static_cast<unsigned>(own == distance) & first_of_ties);
    return 1u - stays;
  };
  double threshold = std::numeric_limits<double>::infinity();
  if (ring.inner > 0.0) threshold = inside.low;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    threshold = goes(i) != 0 ? threshold : std::min(threshold, logits[i]);
  }
  // Ids ascend in both lists.
  std::vector<TokenId>& except = a.scratch.ids;
  except.clear();
  const absl::Span<const TokenId> ids = beyond.ids();
  auto next = ids.begin();
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (!(logits[i] >= threshold) || goes(i) == 0) continue;
    const TokenId id = list.ids()[i];
    for (; next != ids.end() && *next < id; ++next) except.push_back(*next);
    except.push_back(id);
  }
  except.insert(except.end(), next, ids.end());
  // What bounds know is relative to the likeliest, which may be among these.
  if (a.set.SlotsAreIds() && a.set.Max() < end) {
    a.bounds.split().JoinInside(list.ids(), a.scratch.weights, goes);
  }
  return Survivors::AtLeast(threshold, except);
}

// Where few tokens weigh nearly all, a head holds them: first one that has the
// mass, then all that are as near as the last one needed of it.
std::optional<LastKept> DecideInHead(const TypicalAttempt& a, double center,
                                     double error) {
  const MassInterval total = a.bounds.sums().Total();
  const Mass low = MassToReach(a.p, total.low, a.rule);
  const Mass high = MassToReach(a.p, total.high, a.rule);
  const double beyond = a.p + tuning::kBeyond * (1.0 - a.p);
  std::optional<Head> head = FindHead(
      a.set, high, LeastMass(beyond, total.high), a.bounds.sketch(), a.scratch);
  if (!head.has_value()) return {};
  const kernels::Cut cut =
      kernels::CutAtMass(RankByDistance(*head->list.list, center, a.scratch),
                         head->list.weights, high, a.scratch.select);
  const double floor = center + cut.value - 4.0 * error;
  if (floor <= head->floor) {
    if (a.set.ManyReach(floor)) return {};
    head = GatherHead(a.set, floor, a.scratch);
  }
  const Ring near = {-1.0, center - head->floor};
  const std::optional<LastKept> last =
      DecideInRing(a, near, head->list, center, error, low, high);
  if (a.bounds.Note(last.has_value())) return last;
  return FindInRing(a, near, head->list, center);
}

}  // namespace

std::optional<Survivors> DecideTypical(const CandidateSet& set,
                                       const ExactMasses& masses,
                                       MassBounds& bounds, double p,
                                       const MassRule& rule,
                                       SelectionScratch& scratch) {
  const TypicalAttempt a = {set, masses, bounds, p, rule, scratch};
  const ChunkSums::Offset offset = bounds.sums().MeanOffset();
  const double center = set.Max() + 0.5 * (offset.low + offset.high);
  // By how much distances may be off.
  const double error = 0.5 * (offset.high - offset.low) + a.Rounding(center);
  const std::optional<LastKept> near = DecideInHead(a, center, error);
  if (near.has_value()) return UpTo(a, *near);
  const Ring ring = GuessRing(a, center);
  const LogitRange inside = {center - ring.inner, center + ring.inner};
  const LogitRange listed = {std::max(kLowestLogit, center - ring.outer),
                             center + ring.outer};
  // Nothing lies within where the two are equal, or the wrong way around.
  if (!bounds.split().Split(inside, listed, scratch.gathered)) {
    bounds.Note(false);
    return {};
  }
  const WeighedList list = {
      &scratch.gathered, Weigh(scratch.gathered.logits(), set.Max(), scratch)};
  const Mass in_ring = kernels::MassOf(list.weights);
  const SplitSums::Missing missing = bounds.split().MissingTo(p, in_ring);
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
  const std::optional<Survivors> cut =
      CutInRing(a, ring, inside, listed, *last);
  return cut.has_value() ? *cut : UpTo(a, *last);
}

}  // namespace sampler

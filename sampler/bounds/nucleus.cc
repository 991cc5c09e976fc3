#include "sampler/bounds/nucleus.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sampler/bounds/head.h"
#include "sampler/bounds/sample.h"
#include "sampler/bounds/tuning.h"
#include "sampler/bounds/weights.h"
#include "sampler/rows/ranked.h"

namespace sampler {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The decision in the making.
struct NucleusAttempt {
  const CandidateSet& set;
  const ExactMasses& masses;
  MassBounds& bounds;
  double p;
  const MassRule& rule;
  SelectionScratch& scratch;
};

// ---- In a head --------------------------------------------------------------

// Where the nucleus ends in a head, if the total is known to be exactly
// `total`.
MassCut CutHead(const NucleusAttempt& a, const Head& head, Mass total) {
  return CutForMass(RankByLogit(*head.list.list, a.rule.tie_order),
                    head.list.weights, a.p, total, a.set.Count(), a.rule,
                    a.scratch);
}

// The same, if it is the same for all totals in `total`.
std::optional<MassCut> CutHead(const NucleusAttempt& a, const Head& head,
                               const MassInterval& total) {
  const MassCut reached = CutHead(a, head, total.high);
  // The shortest prefix that reaches the upper end must be that of the lower,
  // and all that is kept must be at hand.
  const Weight last = head.list.weights[reached.cut.position];
  if (reached.cut.mass < MassToReach(a.p, total.high, a.rule) ||
      reached.cut.mass - last >= MassToReach(a.p, total.low, a.rule) ||
      reached.count > static_cast<std::int64_t>(head.list.list->size())) {
    return {};
  }
  return reached;
}

// The nucleus, if a head holds it.
std::optional<Survivors> DecideInHead(const NucleusAttempt& a,
                                      const Head& head) {
  const kernels::Ranking ranking =
      RankByLogit(*head.list.list, a.rule.tie_order);
  std::optional<MassCut> reached = CutHead(a, head, a.bounds.sums().Total());
  // With the head's mass known exactly, only the error of the rest counts: of a
  // twentieth of the mass, not of all of it.
  if (!reached.has_value() &&
      a.bounds.split().Split({head.floor}, {head.floor}, a.scratch.more)) {
    reached = CutHead(a, head, a.bounds.split().TotalAround(head.mass));
  }
  if (!a.bounds.Note(reached.has_value())) {
    // Two tokens are left: the exact total decides.
    const Mass total = a.masses.Total();
    reached = CutHead(a, head, {total, total});
    if (!reached.has_value()) return {};
  }
  return KeepWeighed(ranking, *reached, a.rule.ties, a.scratch);
}

// ---- In a band --------------------------------------------------------------

// Logits between which the nucleus ends, probably.
struct Band {
  LogitRange range;
  double share;  // Of all candidates, those that reach its lower end.
};

// By a sample: below the end lies what is missing to all the mass, which is
// known.
std::optional<Band> GuessBand(const NucleusAttempt& a, Mass total,
                              Mass wanted) {
  MassSketch& sketch = a.bounds.sketch();
  const double max = a.set.Max();
  sketch.Begin(max, max);
  AddSample(a.set, kInfinity, sketch);
  const auto stride = static_cast<double>(SampleStride(a.set));
  const double below = ToDouble(total - wanted) * 0x1p-51 / stride;
  const auto beyond = [&](float distance) { return sketch.Beyond(distance); };
  const MassSketch::Place place = MassSketch::WhereFallsTo(
      below, beyond, {tuning::kFirstDistance, tuning::kFirstDistance},
      tuning::kSlack * below);
  const double error =
      tuning::kDeviations *
      std::sqrt(sketch.SquaresBeyond(place.nearest) * (1.0 - 1.0 / stride));
  const auto where = [&](double mass) {
    return MassSketch::WhereFallsTo(mass, beyond,
                                    {place.nearest, tuning::kBandStep},
                                    tuning::kSlack * error);
  };
  const kernels::TermSums all = sketch.Within(MassSketch::kFarthest);
  if (!(below < all.mass)) return {};
  Band band = {{kLowestLogit, kInfinity}, 1.0};
  if (below > error) {
    const float farthest = where(below - error).farthest;
    band.range.low = max - static_cast<double>(farthest);
    band.share = static_cast<double>(sketch.Within(farthest).count) * stride /
                 static_cast<double>(a.set.slots());
  }
  if (below + error < all.mass) {
    band.range.high = max - static_cast<double>(where(below + error).nearest);
  }
  return band;
}

// All of the total order down to the end of a prefix of scratch.gathered, which
// lists a band, weighed. Bounds will follow.
Survivors DownTo(const NucleusAttempt& a, const kernels::Cut& cut) {
  const absl::Span<const TokenId> ids = a.scratch.gathered.ids();
  // Bands are long, and whether an item stays is hard to predict.
  const double* const logits = a.scratch.gathered.logits().data();
  const bool low_ids = a.rule.tie_order == TieOrder::kLowId;
  const auto ties_go = static_cast<unsigned>(a.rule.ties == Ties::kExact);
  const auto tie_goes = [=](std::size_t i) {
    const bool is_later = low_ids ? i > cut.position : i < cut.position;
    return ties_go & static_cast<unsigned>(logits[i] == cut.value) &
           static_cast<unsigned>(is_later);
  };
  std::vector<TokenId>& except = a.scratch.ids;
  std::size_t gone = 0;
  // Of floats, hardly two are equal.
  if (std::count(logits, logits + ids.size(), cut.value) > 1) {
    except.resize(ids.size() + 1);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      except[gone] = ids.data()[i];
      gone += tie_goes(i);
    }
  }
  except.resize(gone);
  if (a.set.SlotsAreIds()) {
    a.bounds.split().JoinInside(ids, a.scratch.weights, [=](std::size_t i) {
      return static_cast<unsigned>(logits[i] < cut.value) | tie_goes(i);
    });
  }
  return Survivors::AtLeast(cut.value, except);
}

// The nucleus, if it ends in a band, and some lies above.
std::optional<Survivors> DecideInBand(const NucleusAttempt& a,
                                      const LogitRange& band) {
  CandidateList& list = a.scratch.gathered;
  if (!a.bounds.split().Split({band.high}, {band.low}, list)) {
    a.bounds.Note(false);
    return {};
  }
  const absl::Span<const Weight> weights =
      Weigh(list.logits(), a.set.Max(), a.scratch);
  const Mass in_band = kernels::MassOf(weights);
  // What the band has to add to the mass above it lies between these, and so
  // that neither ">=" nor ">" is in question.
  struct Ends {
    double low;
    double high;
  };
  const auto missing = [&]() -> Ends {
    const SplitSums::Missing mass = a.bounds.split().MissingTo(a.p, in_band);
    return {std::floor(mass.low) - 1.0, std::ceil(mass.high) + 1.0};
  };
  Ends ends = missing();
  if (!(ends.low >= 1.0) || !(ends.high <= ToDouble(in_band))) {
    a.bounds.Note(false);
    return {};
  }
  const kernels::Ranking ranking = RankByLogit(list, a.rule.tie_order);
  const auto reach = [&](Mass mass) {
    return kernels::CutAtMass(ranking, weights, mass, a.scratch.select);
  };
  kernels::Cut cut = reach(static_cast<Mass>(ends.high));
  const auto settled = [&] {
    return cut.mass - weights[cut.position] < static_cast<Mass>(ends.low);
  };
  // Distances make the bounds of the total narrower, for a tenth of what exact
  // masses cost.
  if (!settled() && a.bounds.HaveMean()) {
    ends = missing();
    cut = reach(static_cast<Mass>(ends.high));
  }
  if (!a.bounds.Note(settled())) {
    // Two tokens are left: the exact masses on both sides of the band decide.
    const ExactMasses::Parts parts = a.masses.SumParts({band.high});
    cut = reach(MassToReach(a.p, parts.total, a.rule) - parts.inside);
  }
  if (a.rule.crossing == Crossing::kExclude) {
    if (cut.count < 2) return {};
    cut = kernels::CutAtCount(ranking, cut.count - 1, a.scratch.select);
  }
  return DownTo(a, cut);
}

// The nucleus, where a sample has to say where it ends.
std::optional<Survivors> DecideBySample(const NucleusAttempt& a, Mass total,
                                        Mass wanted) {
  std::optional<Band> band;
  if (wanted < total) band = GuessBand(a, total, wanted);
  if (band.has_value() && (band->share * tuning::kListPart < 1.0 ||
                           band->range.high == kInfinity)) {
    const Head head = GatherHead(a.set, band->range.low, a.scratch);
    if (head.mass >= wanted) return DecideInHead(a, head);
  } else if (band.has_value() &&
             // Enough lies above the band, as far as block maxima can tell.
             (a.rule.min_keep <= 1 ||
              a.set.LowerBoundOfTop(a.rule.min_keep) >= band->range.high)) {
    return DecideInBand(a, band->range);
  }
  a.bounds.Note(false);
  return {};
}

}  // namespace

std::optional<Survivors> DecideNucleus(const CandidateSet& set,
                                       const ExactMasses& masses,
                                       MassBounds& bounds, double p,
                                       const MassRule& rule,
                                       SelectionScratch& scratch) {
  const NucleusAttempt a = {set, masses, bounds, p, rule, scratch};
  const MassInterval total = bounds.sums().Total();
  const Mass high = MassToReach(p, total.high, rule);
  // A mass of 0 needs no bounds: the likeliest alone stays.
  if (high == 0) return {};
  const double beyond = p + tuning::kBeyond * (1.0 - p);
  const std::optional<Head> head = FindHead(
      set, high, LeastMass(beyond, total.high), bounds.sketch(), scratch);
  if (head.has_value()) return DecideInHead(a, *head);
  return DecideBySample(a, total.high, high);
}

}  // namespace sampler

// The truncations of Candidates. Every one of them comes down to a number of
// candidates to keep from the front of a ranking; numbers that depend on mass
// are found on the support, where integer sums decide.

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "sampler/candidates.h"
#include "sampler/deviation_filter.h"
#include "sampler/kernels/block.h"
#include "sampler/numeric.h"

namespace sampler {
namespace {

constexpr double kLowest = std::numeric_limits<double>::lowest();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

kernels::Ranking Candidates::RankByLogit(const CandidateList& list,
                                         TieOrder tie_order) const {
  keys_.resize(list.size());
  std::transform(list.logits().begin(), list.logits().end(), keys_.begin(),
                 kernels::OrderedKey);
  return {keys_, {}, tie_order};
}

kernels::Ranking Candidates::RankByDistance(const CandidateList& list,
                                            double center) const {
  keys_.resize(list.size());
  second_keys_.resize(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    const double logit = list.logits()[i];
    keys_[i] = ~kernels::OrderedKey(std::fabs(logit - center));
    second_keys_[i] = kernels::OrderedKey(logit);
  }
  return {keys_, second_keys_, TieOrder::kLowId};
}

void Candidates::Collect(double threshold) {
  if (!dense_form_) return;
  dense_.GatherInside(threshold, kInfinity, list_);
  list_status_ = dense_.status();
  dense_form_ = false;
}

void Candidates::CollectSupport() {
  support();
  list_.Exchange(support_.list);
  if (dense_form_) list_status_ = dense_.status();
  dense_form_ = false;
  Changed();
}

void Candidates::KeepFirst(const kernels::Ranking& ranking, std::int64_t count,
                           Ties ties) {
  KeepPrefix(
      ranking,
      kernels::CutAtCount(ranking, static_cast<std::size_t>(count), select_),
      ties);
}

void Candidates::KeepPrefix(const kernels::Ranking& ranking,
                            const kernels::Cut& cut, Ties ties) {
  if (ties == Ties::kKeepAll) {
    list_.Filter([&](std::size_t i) { return ranking.keys[i] >= cut.key; });
  } else {
    list_.Filter(
        [&](std::size_t i) { return kernels::InPrefix(ranking, cut, i); });
  }
  Changed();
}

void Candidates::KeepAtMass(const kernels::Ranking& ranking,
                            const MassCut& reached, Ties ties) {
  if (reached.count == static_cast<std::int64_t>(reached.cut.count)) {
    KeepPrefix(ranking, reached.cut, ties);
  } else {
    KeepFirst(ranking, reached.count, ties);
  }
}

void Candidates::KeepTop(std::int64_t k, Ties ties) {
  assert(k >= 1);
  BeginTruncation();
  if (k == 1 && ties == Ties::kExact) {
    const Candidate head = Head();
    SetTo({&head.id, 1}, {&head.logit, 1});
  } else if (HasMoreThan(k)) {
    Collect(CollectThreshold(k));
    KeepFirst(RankByLogit(list_, TieOrder::kLowId), k, ties);
  }
  EndTruncation();
}

void Candidates::KeepAbove(double threshold, std::int64_t min_keep) {
  const std::int64_t wanted = std::max<std::int64_t>(min_keep, 1);
  BeginTruncation();
  if (KeepMany(threshold, wanted)) {
    EndTruncation();
    return;
  }
  // Whatever is kept lies at or above the lower of the two thresholds.
  if (dense_form_) {
    Collect(std::max(kLowest, std::min(threshold, CollectThreshold(wanted))));
  }
  const auto collected = static_cast<std::int64_t>(list_.size());
  const std::int64_t above =
      std::count_if(list_.logits().begin(), list_.logits().end(),
                    [=](double logit) { return logit >= threshold; });
  const std::int64_t count = std::max(above, std::min(wanted, collected));
  if (count < collected) {
    KeepFirst(RankByLogit(list_, TieOrder::kLowId), count, Ties::kExact);
  }
  Changed();
  EndTruncation();
}

void Candidates::KeepWithinDeviations(double n, Deviation deviation,
                                      std::int64_t min_keep) {
  assert(n > 0.0 && Count() >= 2);
  const double max = Max();
  if (dense_form_) {
    const auto count = static_cast<double>(Count());
    const std::optional<DeviationBounds> sigma = BoundDeviation(
        dense_, deviation == Deviation::kSample ? count - 1.0 : count);
    if (sigma.has_value()) {
      const double low = max - n * sigma->high;
      const double high = max - n * sigma->low;
      // All thresholds between the two say the same if nothing lies there.
      if (low >= kLowest) GatherInside(low, high);
      if (Tally(low >= kLowest && gathered_.size() == 0)) {
        KeepAbove(high, min_keep);
        return;
      }
    }
  }
  KeepAbove(max - n * LogitDeviation(deviation), min_keep);
}

void Candidates::KeepWeight(Mass least, std::int64_t min_keep) {
  if (least == 0) return;
  if (KeepManyOfWeight({least, least}, std::max<std::int64_t>(min_keep, 1))) {
    return;
  }
  const Support& s = support();
  const auto heavy = static_cast<std::int64_t>(
      std::count_if(s.weights().begin(), s.weights().end(),
                    [=](Weight weight) { return weight >= least; }));
  if (heavy < std::max<std::int64_t>(min_keep, 1)) {
    KeepTop(std::max<std::int64_t>(min_keep, 1));
    return;
  }
  BeginTruncation();
  if (heavy < Count()) {
    CollectSupport();
    list_.Filter([&](std::size_t i) { return support_.weight_of[i] >= least; });
    Changed();
  }
  EndTruncation();
}

void Candidates::KeepProbability(double p, std::int64_t min_keep) {
  assert(0.0 <= p && p <= 1.0);
  if (KeepProbabilityByBounds(p, min_keep)) return;
  KeepWeight(Target(p, TotalMass()), min_keep);
}

Mass Candidates::MassToReach(double p, Mass total, const MassRule& rule) {
  // "Stop" ends at the first running mass >= p * S; "continue", and the
  // crossing candidate that is to be left out, at the first one > p * S.
  const bool exceed = rule.crossing == Crossing::kExclude ||
                      rule.equality == Equality::kContinue;
  return exceed ? Floor(p, total) + 1 : Target(p, total);
}

Candidates::MassCut Candidates::CutForMass(const kernels::Ranking& ranking,
                                           absl::Span<const Weight> weights,
                                           double p, Mass total,
                                           const MassRule& rule) const {
  const Mass target = MassToReach(p, total, rule);
  const kernels::Cut cut =
      kernels::CutAtMass(ranking, weights, target, select_);
  // Never reached: everything stays, candidates of weight 0 included.
  const std::int64_t count =
      cut.mass < target ? Count()
                        : static_cast<std::int64_t>(cut.count) -
                              (rule.crossing == Crossing::kExclude ? 1 : 0);
  return {cut,
          std::min(std::max({count, rule.min_keep, std::int64_t{1}}), Count())};
}

void Candidates::KeepMass(double p, const MassRule& rule) {
  assert(0.0 <= p && p <= 1.0);
  BeginTruncation();
  if (rule.basis == MassBasis::kOriginal && original_ == Original::kKnown) {
    KeepOriginalMass(p, rule);
    EndTruncation();
    return;
  }
  if (KeepMassByBounds(p, rule)) {
    EndTruncation();
    return;
  }
  const Support& s = support();
  const kernels::Ranking ranking = RankByLogit(s.list, rule.tie_order);
  const MassCut reached = CutForMass(ranking, s.weights(), p, s.total, rule);
  if (reached.count <= static_cast<std::int64_t>(s.list.size())) {
    CollectSupport();  // The list that was ranked.
    KeepAtMass(ranking, reached, rule.ties);
  } else {
    Collect(kLowest);
    KeepFirst(RankByLogit(list_, rule.tie_order), reached.count, rule.ties);
  }
  EndTruncation();
}

void Candidates::KeepOriginalMass(double p, const MassRule& rule) {
  Collect(kLowest);
  std::vector<Weight>& weights = support_.weight_of;
  Changed();
  weights.clear();
  for (const TokenId id : list_.ids()) {
    weights.push_back(original_weights_[static_cast<std::size_t>(id)]);
  }
  // Where the survivors together fall short of p, all of them stay.
  const kernels::Ranking ranking = RankByLogit(list_, rule.tie_order);
  KeepAtMass(ranking, CutForMass(ranking, weights, p, original_total_, rule),
             rule.ties);
}

void Candidates::KeepTypical(double p, const MassRule& typical_rule) {
  BeginTruncation();
  MassRule rule = typical_rule;
  rule.crossing = Crossing::kInclude;  // The others are not looked at.
  if (KeepTypicalByBounds(p, rule)) {
    EndTruncation();
    return;
  }
  // |-ln p_i - H| = |l_i - c| with c the mean logit.
  const double center = MeanLogit();
  const Support& s = support();
  const kernels::Ranking ranking = RankByDistance(s.list, center);
  const MassCut reached = CutForMass(ranking, s.weights(), p, s.total, rule);
  if (reached.count <= static_cast<std::int64_t>(s.list.size())) {
    CollectSupport();  // The list that was ranked.
    KeepAtMass(ranking, reached, rule.ties);
  } else {
    Collect(kLowest);
    KeepFirst(RankByDistance(list_, center), reached.count, rule.ties);
  }
  EndTruncation();
}

// ---- For the observer, and for rules about the original mass ---------------

void Candidates::BeginTruncation() {
  truncated_ = true;
  if (original_ == Original::kWanted) {
    const Support& s = support();
    original_weights_.assign(dense_.size(), 0);
    for (std::size_t i = 0; i < s.list.size(); ++i) {
      original_weights_[static_cast<std::size_t>(s.list.ids()[i])] =
          s.weights()[i];
    }
    original_total_ = s.total;
    original_ = Original::kKnown;
  }
  if (observer_ != nullptr) {
    observed_count_ = Count();
    observed_max_ = Max();
    observed_total_ = TotalMass();
  }
}

void Candidates::EndTruncation() {
  if (observer_ == nullptr) return;
  Mass kept = 0;
  double lowest = std::numeric_limits<double>::infinity();
  ForEach([&](TokenId, double logit) {
    kept += kernels::ComputeWeight(logit, observed_max_);
    lowest = std::min(lowest, logit);
  });
  observer_->OnTruncation({observed_count_, Count(), WithOneZero(lowest),
                           Ratio(observed_total_ - kept, observed_total_)});
}

}  // namespace sampler

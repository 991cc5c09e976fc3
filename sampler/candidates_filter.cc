// Decisions of Candidates about mass that bounds suffice for. Each function
// tries, and says whether it could; where it could not, the exact sums decide
// (candidates.cc, candidates_truncate.cc). Both ways give one answer.

#include <algorithm>
#include <cmath>
#include <limits>

#include "sampler/candidates.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/kth_largest.h"
#include "sampler/numeric.h"

namespace sampler {
namespace {

constexpr double kLowest = std::numeric_limits<double>::lowest();

// Bounds of lower weights ask for nearly everything, down to the last bit.
constexpr Mass kLeastWeight = 16;

// How many candidates are looked at, in turn, for a nucleus.
constexpr std::int64_t kHeads[] = {48, 512};

}  // namespace

bool Candidates::HasBounds() const {
  // What is known exactly needs no bounds.
  if (support_known_) return false;
  if (filter_state_ == FilterState::kUnknown) {
    const bool summed = dense_form_ ? filter_.SumRow(dense_)
                                    : filter_.SumList(list_.logits(), Max());
    filter_state_ = summed ? FilterState::kBounds : FilterState::kNone;
  }
  return filter_state_ == FilterState::kBounds;
}

bool Candidates::Tally(bool settled) {
  MassFilter::Tally& tally = MassFilter::ThreadTally();
  ++(settled ? tally.settled : tally.undecided);
  return settled;
}

void Candidates::GatherAbove(double threshold) const {
  GatherInside(threshold, std::numeric_limits<double>::infinity());
  Weigh(gathered_.logits());
}

void Candidates::GatherInside(double low, double high) const {
  if (dense_form_) {
    dense_.GatherInside(low, high, gathered_);
    return;
  }
  gathered_.Clear();
  gathered_.Reserve(list_.size() + 1);
  for (std::size_t i = 0; i < list_.size(); ++i) {
    const double logit = list_.logits()[i];
    gathered_.AppendIf(low <= logit && logit < high, list_.ids()[i], logit);
  }
}

absl::Span<const Weight> Candidates::Weigh(
    absl::Span<const double> logits) const {
  weights_.resize(std::max(weights_.size(), logits.size()));
  kernels::ComputeWeights(logits.data(), logits.size(), Max(), weights_.data());
  return {weights_.data(), logits.size()};
}

double Candidates::ThresholdOfCount(std::int64_t k) const {
  if (dense_form_) return CollectThreshold(k);
  const auto count = static_cast<std::size_t>(k);
  return count < list_.size()
             ? kernels::KthLargest(list_.logits(), count, maxima_)
             : kLowest;
}

void Candidates::TakeGathered() {
  list_.Exchange(gathered_);
  if (dense_form_) list_status_ = dense_.status();
  dense_form_ = false;
  Changed();
}

std::optional<TokenId> Candidates::DrawByBounds(std::uint64_t bits) const {
  if (!HasBounds()) return {};
  const MassFilter::Place place = filter_.Find(bits);
  std::size_t first = place.chunk * kernels::kChunkSize;
  std::size_t last = std::min(first + kernels::kChunkSize,
                              dense_form_ ? dense_.size() : list_.size());
  if (!(place.low >= 0.0)) {
    Tally(false);
    return {};
  }
  Weight running = 0;
  Weight weights[kernels::kBlockSize];
  DenseRow::Block block;
  for (; first < last; first += kernels::kBlockSize) {
    std::size_t count = std::min(kernels::kBlockSize, last - first);
    const double* logits = block.data();
    if (dense_form_) {
      dense_.LoadBlock(first / kernels::kBlockSize, block);
    } else {
      logits = list_.logits().data() + first;
    }
    kernels::ComputeWeights(logits, count, Max(), weights);
    for (std::size_t i = 0; i < count; ++i) {
      running += weights[i];
      const auto reached = static_cast<double>(running);
      if (reached <= place.low) continue;
      // The first token whose running mass exceeds the lower end: is it the
      // same for the upper end?
      if (!Tally(place.high < reached)) return {};
      return dense_form_ ? static_cast<TokenId>(first + i)
                         : list_.ids()[first + i];
    }
  }
  Tally(false);
  return {};
}

TokenId Candidates::DrawAt(std::uint64_t bits) const {
  const std::optional<TokenId> token = DrawByBounds(bits);
  return token.has_value() ? *token : AtMass(sampler::Scale(bits, TotalMass()));
}

bool Candidates::KeepMassByBounds(double p, const MassRule& rule) {
  if (!HasBounds()) return false;
  const MassBounds total = filter_.Total();
  const Mass low = MassToReach(p, total.low, rule);
  const Mass high = MassToReach(p, total.high, rule);
  // A mass of 0 needs no bounds: the head alone stays.
  if (high == 0) return false;
  const auto size =
      static_cast<std::int64_t>(dense_form_ ? dense_.size() : list_.size());
  // Gathers ever more of the head, until it holds the mass.
  Mass gathered = 0;
  double threshold = std::numeric_limits<double>::infinity();
  const auto gather = [&](double at_least) {
    threshold = at_least;
    GatherAbove(threshold);
    gathered = 0;
    for (std::size_t i = 0; i < gathered_.size(); ++i) gathered += weights_[i];
  };
  for (const std::int64_t k : kHeads) {
    if (gathered < high && k < size / 4) gather(ThresholdOfCount(k));
  }
  if (gathered < high) {
    if (!(threshold < Max())) return Tally(false);
    // The part of what is not yet gathered that is still needed.
    return KeepLargeNucleus(
        p, rule, threshold,
        Ratio(high - gathered, std::max(total.high - gathered, Mass{1})));
  }
  const kernels::Ranking ranking = RankByLogit(gathered_, rule.tie_order);
  const absl::Span<const Weight> weights = {weights_.data(), gathered_.size()};
  const MassCut reached = CutForMass(ranking, weights, p, total.high, rule);
  // The shortest prefix that reaches the upper end must be that of the lower,
  // and all that is kept must be at hand.
  if (reached.cut.mass - weights[reached.cut.position] >= low ||
      reached.count > static_cast<std::int64_t>(gathered_.size())) {
    return Tally(false);
  }
  TakeGathered();
  KeepAtMass(ranking, reached, rule.ties);
  return Tally(true);
}

bool Candidates::KeepProbabilityByBounds(double p, std::int64_t min_keep) {
  if (!HasBounds()) return false;
  const MassBounds total = filter_.Total();
  return KeepWeightByBounds({Target(p, total.low), Target(p, total.high)},
                            min_keep);
}

double Candidates::LogitBelow(Mass weight) const {
  // The weight is rounded by 1/2, and E by less than 1 in 2^51.
  return Max() + Log((ToDouble(weight) - 2.0) * 0x1p-51) -
         1e-9 * (1.0 + std::fabs(Max()));
}

double Candidates::LogitAbove(Mass weight) const {
  return Max() + Log((ToDouble(weight) + 2.0) * 0x1p-51) +
         1e-9 * (1.0 + std::fabs(Max()));
}

bool Candidates::KeepManyOfWeight(const MassBounds& least,
                                  std::int64_t wanted) {
  if (!dense_form_ || least.low < kLeastWeight) return false;
  const double high = LogitAbove(least.high);
  if (!dense_.ManyReach(high)) return false;
  // What lies between the two decides where the threshold is. Weights need not
  // rise with every last bit of a logit: a threshold there may be none.
  GatherInside(LogitBelow(least.low), high);
  const absl::Span<const Weight> weights = Weigh(gathered_.logits());
  double lightest = high;
  double heaviest = kRemoved;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double logit = gathered_.logits()[i];
    if (weights[i] >= least.high) {
      lightest = std::min(lightest, logit);
    } else if (weights[i] < least.low) {
      heaviest = std::max(heaviest, logit);
    } else {
      return false;
    }
  }
  if (!(heaviest < lightest)) return false;
  BeginTruncation();
  if (!KeepMany(lightest, wanted)) return false;
  EndTruncation();
  return true;
}

bool Candidates::GatherHeavy(const MassBounds& least) const {
  if (least.low < kLeastWeight) return Tally(false);
  GatherAbove(LogitBelow(least.low));
  std::size_t heavy = 0;
  for (std::size_t i = 0; i < gathered_.size(); ++i) {
    const Weight weight = weights_[i];
    if (least.low <= weight && weight < least.high) return Tally(false);
    heavy += weight >= least.high ? 1u : 0u;
  }
  Tally(true);
  if (heavy == gathered_.size()) return true;
  gathered_.Filter([&](std::size_t i) { return weights_[i] >= least.high; });
  Weigh(gathered_.logits());
  return true;
}

bool Candidates::KeepWeightByBounds(const MassBounds& least,
                                    std::int64_t min_keep) {
  const std::int64_t wanted = std::max<std::int64_t>(min_keep, 1);
  if (KeepManyOfWeight(least, wanted)) return Tally(true);
  if (!GatherHeavy(least)) return false;
  if (static_cast<std::int64_t>(gathered_.size()) < wanted) {
    KeepTop(wanted);
    return true;
  }
  BeginTruncation();
  TakeGathered();
  EndTruncation();
  return true;
}

}  // namespace sampler

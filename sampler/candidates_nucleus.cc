// Nuclei of thousands of tokens. A sample tells in which narrow band of logits
// the nucleus ends; what lies above the band is only summed up, by bounds, and
// what lies in it is weighed. Where the bounds leave two tokens, the masses on
// both sides of the band are summed up exactly: a pass, but no list of all
// weights, and no selection from it.

#include <algorithm>
#include <cmath>
#include <limits>

#include "sampler/candidates.h"
#include "sampler/kernels/block.h"
#include "sampler/numeric.h"

namespace sampler {
namespace {

constexpr double kLowest = std::numeric_limits<double>::lowest();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Blocks that the sample looks at, and how many standard deviations of its
// error the band is wide on either side.
constexpr std::size_t kSampleBlocks = 64;
constexpr double kDeviations = 3.5;

// So many tied candidates are removed one by one.
constexpr std::size_t kFewTied = 64;

}  // namespace

std::size_t Candidates::AppendSample(double below) const {
  const std::size_t size = dense_form_ ? dense_.size() : list_.size();
  const std::size_t blocks = size / kernels::kBlockSize;
  const std::size_t stride = std::max<std::size_t>(1, blocks / kSampleBlocks);
  DenseRow::Block block;
  for (std::size_t b = stride / 2; b < blocks; b += stride) {
    const double* logits = block.data();
    if (dense_form_) {
      dense_.LoadBlock(b, block);
    } else {
      logits = list_.logits().data() + b * kernels::kBlockSize;
    }
    gathered_.Reserve(kernels::kBlockSize + 1);
    for (std::size_t i = 0; i < kernels::kBlockSize; ++i) {
      gathered_.AppendIf(logits[i] < below && logits[i] >= kLowest, 0,
                         logits[i]);
    }
  }
  return stride;
}

Candidates::Band Candidates::GuessBand(double below, double fraction) const {
  gathered_.Clear();
  AppendSample(below);
  const absl::Span<const double> logits = gathered_.logits();
  const absl::Span<const Weight> weights = Weigh(logits);
  double range = 0.0;
  double squares = 0.0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (weights[i] == 0) continue;
    const auto w = static_cast<double>(weights[i]);
    range = std::max(range, below - logits[i]);
    squares += w * w;
  }
  if (squares == 0.0) return {kLowest, below};
  sketch_.Begin(range);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (weights[i] == 0) continue;
    sketch_.Add(below - logits[i], static_cast<double>(weights[i]));
  }
  const double error = std::sqrt(fraction * (1.0 - fraction) * squares);
  const double margin = kDeviations * error / sketch_.total();
  Band band = {kLowest, below};
  if (fraction + margin < 1.0) {
    band.low = below - sketch_.At(fraction + margin).farthest;
  }
  if (fraction - margin > 0.0) {
    band.high = below - sketch_.At(fraction - margin).nearest;
  }
  return band;
}

bool Candidates::SplitFilter(double low, double high) const {
  if (dense_form_) return filter_.SplitRow(dense_, low, high);
  filter_.SplitList(list_.logits(), low, high);
  return true;
}

bool Candidates::KeepLargeNucleus(double p, const MassRule& rule, double below,
                                  double fraction) {
  const auto at_least = static_cast<std::int64_t>(gathered_.size());
  if (rule.min_keep > at_least) return Tally(false);
  const Band band = GuessBand(below, fraction);
  if (!SplitFilter(band.high, kInfinity)) return Tally(false);
  GatherInside(band.low, band.high);
  const absl::Span<const Weight> weights = Weigh(gathered_.logits());
  Mass in_band = 0;
  for (const Weight weight : weights) in_band += weight;
  // What the band has to add to the mass above it lies between these, and so
  // that neither ">=" nor ">" is in question.
  const MassFilter::Missing missing = filter_.MissingTo(p);
  const double low = std::floor(missing.low) - 1.0;
  const double high = std::ceil(missing.high) + 1.0;
  if (!(low >= 1.0) || !(high <= ToDouble(in_band))) return Tally(false);
  const kernels::Ranking ranking = RankByLogit(gathered_, rule.tie_order);
  kernels::Cut cut =
      kernels::CutAtMass(ranking, weights, static_cast<Mass>(high), select_);
  if (!Tally(cut.mass - weights[cut.position] < static_cast<Mass>(low))) {
    const Parts parts = SumParts(band.high, kInfinity);
    const Mass target = MassToReach(p, parts.total, rule) - parts.inside;
    cut = kernels::CutAtMass(ranking, weights, target, select_);
  }
  if (rule.crossing == Crossing::kExclude) {
    if (cut.count < 2) return false;
    cut = kernels::CutAtCount(ranking, cut.count - 1, select_);
  }
  KeepDownTo(ranking, cut, rule.ties);
  return true;
}

void Candidates::KeepDownTo(const kernels::Ranking& ranking,
                            const kernels::Cut& cut, Ties ties) {
  const double last = gathered_.logits()[cut.position];
  const TokenId last_id = gathered_.ids()[cut.position];
  const auto leaves = [&](std::size_t i) {
    return ranking.keys[i] == cut.key && !InPrefix(ranking, cut, i);
  };
  std::size_t leaving = 0;
  if (ties == Ties::kExact &&
      std::count(ranking.keys.begin(), ranking.keys.end(), cut.key) > 1) {
    for (std::size_t i = 0; i < gathered_.size(); ++i) {
      leaving += leaves(i) ? 1u : 0u;
    }
  }
  if (leaving <= kFewTied && KeepMany(last, 1)) {
    for (std::size_t i = 0; leaving > 0 && i < gathered_.size(); ++i) {
      if (!leaves(i)) continue;
      dense_.Set(static_cast<std::size_t>(gathered_.ids()[i]), kRemoved);
    }
    return;
  }
  GatherInside(last, kInfinity);
  if (leaving > 0) {
    const bool low_first = ranking.tie_order == TieOrder::kLowId;
    gathered_.Filter([&](std::size_t i) {
      const TokenId id = gathered_.ids()[i];
      return gathered_.logits()[i] > last ||
             (low_first ? id <= last_id : id >= last_id);
    });
  }
  // Its head is that of the set that it is a prefix of.
  const Candidate head = Head();
  TakeGathered();
  head_ = head;
}

}  // namespace sampler

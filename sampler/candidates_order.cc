// Candidates in the total order: for rules that walk it.

#include <algorithm>
#include <limits>

#include "sampler/candidates.h"
#include "sampler/float_environment.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/power.h"
#include "sampler/numeric.h"

namespace sampler {
namespace {

constexpr double kLowest = std::numeric_limits<double>::lowest();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

void Candidates::Gather(std::int64_t n) const {
  gathered_.Clear();
  if (n <= 0) return;
  GatherInside(dense_form_ ? CollectThreshold(n) : kLowest, kInfinity);
  if (n >= static_cast<std::int64_t>(gathered_.size())) return;
  const kernels::Ranking ranking = RankByLogit(gathered_, TieOrder::kLowId);
  const kernels::Cut cut =
      kernels::CutAtCount(ranking, static_cast<std::size_t>(n), select_);
  gathered_.Filter(
      [&](std::size_t i) { return kernels::InPrefix(ranking, cut, i); });
}

kernels::SortedValues Candidates::SortGathered() const {
  // Positions ascend with ids, so that equal logits come by the lower id.
  return kernels::SortDescending(gathered_.logits(), sort_);
}

absl::Span<const WeightedCandidate> Candidates::InOrder(std::int64_t n) const {
  const DefaultFloatEnvironment environment;
  Gather(n);
  in_order_.clear();
  if (gathered_.size() == 0) return in_order_;
  const kernels::SortedValues sorted = SortGathered();
  const absl::Span<const Weight> weights = Weigh(sorted.values);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    in_order_.push_back({gathered_.ids()[sorted.positions[i]],
                         WithOneZero(sorted.values[i]), weights[i]});
  }
  return in_order_;
}

absl::Span<const Weight> Candidates::WeightsInOrder(double threshold,
                                                    std::int64_t n) const {
  GatherInside(std::max(kLowest, std::min(threshold, ThresholdOfCount(n))),
               kInfinity);
  return Weigh(SortGathered().values);
}

std::int64_t Candidates::WeightedCount() const {
  return static_cast<std::int64_t>(support().list.size());
}

std::vector<Candidate> Candidates::Top(std::int64_t n) const {
  std::vector<Candidate> top;
  for (const WeightedCandidate& c : InOrder(n)) top.push_back({c.id, c.logit});
  return top;
}

void Candidates::TransformCumulative(
    absl::FunctionRef<void(absl::Span<double>)> f) {
  const double max = Max();
  const Mass total = support().total;
  CollectSupport();
  const kernels::SortedValues sorted =
      kernels::SortDescending(list_.logits(), sort_);
  const absl::Span<double> logits = list_.mutable_logits();
  constexpr std::size_t kBatch = 512;
  Weight weights[kBatch];
  double values[kBatch];  // Running p's, then what becomes of them.
  Mass running = 0;
  double before = 0.0;
  for (std::size_t first = 0; first < sorted.values.size(); first += kBatch) {
    const std::size_t count = std::min(kBatch, sorted.values.size() - first);
    kernels::ComputeWeights(sorted.values.data() + first, count, max, weights);
    running = kernels::RunningShares(weights, count, running, total, values);
    f(absl::MakeSpan(values, count));
    for (std::size_t i = 0; i < count; ++i) {
      const double q = values[i] - before;
      before = values[i];
      values[i] = q > 0.0 ? q : 0.0;
    }
    kernels::TakeLogs(count, values);  // Log(0) is kRemoved.
    for (std::size_t i = 0; i < count; ++i) {
      logits[sorted.positions[first + i]] = values[i];
    }
  }
  DropRemovedFromList();
  Changed();
}

}  // namespace sampler

// Candidates in the total order: for rules that walk it.

#include <algorithm>
#include <limits>

#include "sampler/candidates.h"
#include "sampler/kernels/block.h"
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
  Gather(n);
  in_order_.clear();
  if (gathered_.size() == 0) return in_order_;
  const kernels::SortedValues sorted = SortGathered();
  const absl::Span<const Weight> weights = Weigh(sorted.values);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    in_order_.push_back(
        {gathered_.ids()[sorted.positions[i]], sorted.values[i], weights[i]});
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

void Candidates::TransformCumulative(absl::FunctionRef<double(double)> f) {
  // First: it makes the total known.
  const std::int64_t weighted = WeightedCount();
  const Mass total = TotalMass();
  const double max = Max();
  Gather(weighted);
  const kernels::SortedValues sorted = SortGathered();
  const absl::Span<double> logits = gathered_.mutable_logits();
  Mass running = 0;
  double before = 0.0;
  for (std::size_t i = 0; i < sorted.values.size(); ++i) {
    running += kernels::ComputeWeight(sorted.values[i], max);
    const double after = f(Ratio(running, total));
    const double q = after - before;
    before = after;
    logits[sorted.positions[i]] = q > 0.0 ? Log(q) : kRemoved;
  }
  TakeGathered();
  DropRemovedFromList();
  Changed();
}

}  // namespace sampler

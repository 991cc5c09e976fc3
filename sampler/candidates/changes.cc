// The changes of Candidates that ask for masses, and its beginnings.

#include <algorithm>

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidates/candidates.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/power.h"

namespace sampler {

void Candidates::Begin(Logits row, TruncationObserver* observer) {
  set_.Begin(row);
  original_.Forget();
  observer_ = observer;
  truncated_ = false;
}

void Candidates::Reject(RowStatus status) { set_.Reject(status); }

void Candidates::Normalize() {
  const double max = Max();
  const double log_sum = Log(ToDouble(TotalMass()) * 0x1p-51);
  Transform([=](TokenId, double logit) { return (logit - max) - log_sum; });
}

void Candidates::TransformCumulative(
    absl::FunctionRef<void(absl::Span<double>)> f) {
  const double max = Max();
  const Mass total = masses_.support().total;
  CandidateList& list = masses_.TakeSupport().list;
  const kernels::SortedValues sorted =
      kernels::SortDescending(list.logits(), scratch_.sort);
  const absl::Span<double> logits = list.mutable_logits();
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
  list.Filter([&](std::size_t i) { return logits[i] != kRemoved; });
  set_.Keep(Survivors::Exactly(list));
}

void Candidates::RaiseCumulative(double exponent) {
  TransformCumulative([=](absl::Span<double> running) {
    kernels::RaiseToPower(exponent, running.size(), running.data());
  });
}

void Candidates::ShiftByMass(
    absl::FunctionRef<bool(TokenId)> is_chosen,
    absl::FunctionRef<Shifts(Mass chosen, Mass total)> shifts) {
  chosen_.resize(
      std::max(chosen_.size(), static_cast<std::size_t>(set_.IdLimit())));
  ForEach([&](TokenId id, double) {
    chosen_[static_cast<std::size_t>(id)] = is_chosen(id);
  });
  Mass chosen = 0;
  ForEachWeighted([&](TokenId id, double, Weight weight) {
    if (chosen_[static_cast<std::size_t>(id)]) chosen += weight;
  });
  const Shifts shift = shifts(chosen, TotalMass());
  Transform([&](TokenId id, double logit) {
    return logit + (chosen_[static_cast<std::size_t>(id)] ? shift.chosen
                                                          : shift.others);
  });
}

}  // namespace sampler

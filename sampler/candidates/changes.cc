// The changes of Candidates, but for RemoveUnmasked (mask.cc).

#include <algorithm>

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidates/candidates.h"
#include "sampler/candidates/state.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/power.h"

namespace sampler {

void Candidates::Begin(Logits row, TruncationObserver* observer) {
  state_->set.Begin(row, [this](Logits of, double* maxima) {
    return state_->bounds.Scan(of, maxima);
  });
  state_->original.Forget();
  state_->observer = observer;
  state_->truncated = false;
}

Candidates::Candidates() = default;
Candidates::~Candidates() = default;

void Candidates::TrackOriginalMass() { state_->original.Want(); }

void Candidates::Reject(RowStatus status) { state_->set.Reject(status); }

void Candidates::ResetTo(absl::Span<const TokenId> ids,
                         absl::Span<const double> logits) {
  state_->set.ResetTo(ids, logits);
}

void Candidates::Edit(TokenId id, absl::FunctionRef<double(double)> f) {
  state_->set.Edit(id, f);
}

void Candidates::Remove(TokenId id) { state_->set.Remove(id); }

void Candidates::RemoveAllBut(absl::Span<const TokenId> ids) {
  state_->set.RemoveAllBut(ids);
}

void Candidates::Scale(double factor) { state_->set.Scale(factor); }

void Candidates::LoadEach(absl::Span<const TokenId> ids, double* logits) const {
  state_->set.LoadEach(ids, logits);
}

void Candidates::StoreEach(absl::Span<const TokenId> ids, const double* before,
                           const double* after) {
  state_->set.StoreEach(ids, before, after);
}

void Candidates::TransformRuns(
    absl::FunctionRef<void(absl::Span<const TokenId>, absl::Span<double>)> f) {
  state_->set.TransformRuns(f);
}

void Candidates::TransformProbabilities(
    absl::FunctionRef<void(absl::Span<double>)> f) {
  const double max = Max();
  const double total = ToDouble(TotalMass());
  TransformRuns([&](absl::Span<const TokenId>, absl::Span<double> logits) {
    Weight weights[kernels::kBlockSize];
    double values[kernels::kBlockSize];
    kernels::ComputeWeights(logits.data(), logits.size(), max, weights);
    for (std::size_t i = 0; i < logits.size(); ++i) {
      values[i] = ShareOf(weights[i], total);
    }
    f(absl::MakeSpan(values, logits.size()));
    for (std::size_t i = 0; i < logits.size(); ++i) {
      if (!IsRemoved(logits[i])) logits[i] = values[i];
    }
  });
}

void Candidates::Normalize() {
  const double max = Max();
  const double log_sum = LogMass();
  Transform([=](TokenId, double logit) { return (logit - max) - log_sum; });
}

void Candidates::TransformCumulative(
    absl::FunctionRef<void(absl::Span<double>)> f) {
  const double max = Max();
  const Mass total = state_->masses.support().total;
  CandidateList& list = state_->masses.TakeSupport().list;
  const kernels::SortedValues sorted =
      kernels::SortDescending(list.logits(), state_->scratch.sort);
  const absl::Span<double> logits = list.mutable_logits();
  constexpr std::size_t kBatch = 512;
  Weight weights[kBatch];
  double values[kBatch];  // Running p, then F of it, then q, then Log(q).
  Mass running = 0;
  double before = 0.0;
  // The running masses are exact, so no error adds up along the row: each q is
  // the difference of two values of F, rounded once.
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
  state_->set.Keep(Survivors::Exactly(list));
}

void Candidates::RaiseCumulative(double exponent) {
  TransformCumulative([=](absl::Span<double> running) {
    kernels::RaiseToPower(exponent, running.size(), running.data());
  });
}

void Candidates::ShiftByMass(
    absl::FunctionRef<bool(TokenId)> is_chosen,
    absl::FunctionRef<Shifts(Mass chosen, Mass total)> shifts) {
  state_->chosen.resize(std::max(
      state_->chosen.size(), static_cast<std::size_t>(state_->set.IdLimit())));
  // Asked once for each id: `is_chosen` may be a keyed hash.
  ForEach([&](TokenId id, double) {
    state_->chosen[static_cast<std::size_t>(id)] = is_chosen(id);
  });
  Mass chosen = 0;
  ForEachWeighted([&](TokenId id, double, Weight weight) {
    if (state_->chosen[static_cast<std::size_t>(id)]) chosen += weight;
  });
  const Shifts shift = shifts(chosen, TotalMass());
  Transform([&](TokenId id, double logit) {
    return logit + (state_->chosen[static_cast<std::size_t>(id)]
                        ? shift.chosen
                        : shift.others);
  });
}

}  // namespace sampler

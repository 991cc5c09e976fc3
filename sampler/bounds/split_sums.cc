#include "sampler/bounds/split_sums.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "sampler/arithmetic/numeric.h"
#include "sampler/bounds/sum_error.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/exp_split.h"
#include "sampler/rows/stored_values.h"

namespace sampler {

bool SplitSums::Split(const LogitRange& inside, const LogitRange& listed,
                      CandidateList& out) {
  const StoredInterval inner = set_.Stored(inside);
  const StoredInterval outer = set_.Stored(listed);
  if (!inner.exact || !outer.exact) return false;
  joined_ = false;
  const StoredValues stored = set_.stored();
  const double max = set_.Max();
  const kernels::ExpArgument argument =
      AboutMax(max, whole_.argument().scale, stored);
  sums_.resize(whole_.chunks());
  kernels::ExpSplit split;
  set_.GatherStored(
      [&](TokenId* ids, double* values) {
        split = kernels::SplitExpOfRow(
            stored.values, argument, {inner.interval, outer.interval},
            stored.edit_masks, sums_.data(), ids, values);
        return split.found;
      },
      out);
  const double excess = argument.center * argument.scale - max;
  error_ = SumError(split.error, whole_.error().rounding(), excess);
  const double factor = Exp(excess);
  for (double& sum : sums_) sum *= factor;
  if (!stored.edited.empty()) {
    AddEdited(inside, listed);
    // The pass lists every edited candidate.
    const absl::Span<const double> logits = out.logits();
    out.Filter([&](std::size_t i) {
      return listed.Contains(logits[i]) && !inside.Contains(logits[i]);
    });
  }
  rest_ = std::accumulate(sums_.begin(), sums_.end(), 0.0);
  return true;
}

void SplitSums::AddEdited(const LogitRange& inside, const LogitRange& listed) {
  const double max = set_.Max();
  for (const std::uint32_t slot : set_.stored().edited) {
    const double logit = set_.LogitOfSlot(slot);
    if (inside.Contains(logit) || listed.Contains(logit)) continue;
    sums_[ChunkSums::ChunkOf(slot)] +=
        static_cast<double>(kernels::ComputeWeight(logit, max)) * 0x1p-51;
  }
}

double SplitSums::ErrorOfRest() const {
  return error_.WithoutDistance(rest_, static_cast<double>(whole_.slots()));
}

MassInterval SplitSums::TotalAround(Mass known) const {
  const double error = ErrorOfRest() + kDoubleError * rest_;
  const double low = std::max(rest_ - error, 0.0) * 0x1p51;
  const double high = (rest_ + error) * 0x1p51;
  return {known + static_cast<Mass>(low), known + static_cast<Mass>(high) + 1};
}

SplitSums::Missing SplitSums::MissingTo(double p, Mass listed) const {
  // p S - I = p S - (S - L - R) = L + R - (1 - p) S.
  const double q = 1.0 - p;
  const double missing =
      ToDouble(listed) * 0x1p-51 + rest_ - q * whole_.total();
  const double error =
      ErrorOfRest() + q * whole_.ErrorOfTotal() + kDoubleError * whole_.total();
  return {(missing - error) * 0x1p51, (missing + error) * 0x1p51};
}

}  // namespace sampler

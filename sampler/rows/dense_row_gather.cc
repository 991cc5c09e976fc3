// Which values of a dense row lie above a threshold, or between two. The search
// compares stored numbers, so that most of the row is never converted: a
// threshold on values becomes one on stored numbers by the inverse of the scale
// factors, rounded so that it misses nothing.

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "sampler/kernels/load.h"
#include "sampler/rows/dense_row.h"

namespace sampler {

using kernels::kBlockSize;

namespace {

// ManyReach returns true if more than 1 / kManyOfARow of the row reaches the
// threshold: a list of so many costs more than a pass over the row. It looks at
// about kSample blocks.
constexpr std::size_t kManyOfARow = 14;
constexpr std::size_t kSample = 32;

}  // namespace

bool DenseRow::ManyReach(double threshold) const {
  if (row_.dtype() == DType::kF64) return false;
  const double stored_threshold = std::max(StoredThreshold(threshold), floor_);
  const std::size_t stride = std::max<std::size_t>(1, block_count() / kSample);
  const std::size_t wanted = size() / kManyOfARow / stride;
  const absl::Span<const double> maxima = BlockMaxima();
  std::size_t reached = 0;
  for (std::size_t b = stride / 2; b < maxima.size(); b += stride) {
    if (!(maxima[b] >= threshold)) continue;
    const std::size_t first = b * kBlockSize;
    const std::size_t count = std::min(kBlockSize, size() - first);
    reached += static_cast<std::size_t>(std::popcount(
        kernels::MaskAtLeast(row_, first, count, stored_threshold)));
    if (reached > wanted) return true;
  }
  return false;
}

double DenseRow::StoredThreshold(double threshold) const {
  double t = threshold;
  for (auto factor = scales_.rbegin(); factor != scales_.rend(); ++factor) {
    // If a rounded product x * factor reaches t, x reaches t / factor up to a
    // few units in the last place, or a few subnormal steps.
    t /= *factor;
    t -= std::fabs(t) * 0x1p-50 + 0x1p-1022 / *factor;
    if (!std::isfinite(t)) return kRemoved;
  }
  return t;
}

std::optional<double> DenseRow::LeastStored(double threshold) const {
  constexpr int kSteps = 64;  // The first guess is a few steps too low.
  const auto reaches = [&](double stored) {
    for (const double factor : scales_) stored *= factor;
    return stored >= threshold;
  };
  double stored = StoredThreshold(threshold);
  if (stored == kRemoved) return {};
  const bool narrow = row_.dtype() != DType::kF64;
  if (narrow) stored = static_cast<double>(kernels::RoundUpToFloat(stored));
  for (int i = 0; i < kSteps; ++i) {
    if (reaches(stored)) return stored;
    stored = narrow ? static_cast<double>(std::nextafter(
                          static_cast<float>(stored),
                          std::numeric_limits<float>::infinity()))
                    : std::nextafter(stored, -kRemoved);
  }
  return {};
}

DenseRow::StoredInterval DenseRow::Stored(double low, double high) const {
  // Values never fall as stored numbers rise, so an interval of values is an
  // interval of stored numbers.
  const bool all = low <= std::numeric_limits<double>::lowest();
  const std::optional<double> first =
      all ? std::optional<double>(kRemoved) : LeastStored(low);
  const std::optional<double> end = LeastStored(high);
  const double lowest =
      row_.dtype() == DType::kF64
          ? std::numeric_limits<double>::lowest()
          : static_cast<double>(std::numeric_limits<float>::lowest());
  return {{std::max({first.value_or(lowest), lowest, floor_}),
           end.value_or(-kRemoved)},
          first.has_value() && (end.has_value() || high == -kRemoved)};
}

void DenseRow::GatherStored(StoredGather gather, CandidateList& out) const {
  const bool edits = !edited_.empty();
  out.Fill(size() + kernels::kGatherSlack, [&](TokenId* ids, double* values) {
    const std::size_t found = gather(ids, values);
    for (const double factor : scales_) {
      for (std::size_t i = 0; i < found; ++i) values[i] *= factor;
    }
    for (std::size_t i = 0; edits && i < found; ++i) {
      const auto id = static_cast<std::size_t>(ids[i]);
      if (IsEdited(id)) values[i] = edited_values_[edit_index_[id]];
    }
    return found;
  });
}

void DenseRow::GatherInside(double low, double high, CandidateList& out) const {
  const StoredInterval stored = Stored(low, high);
  const bool edits = !edited_.empty();
  const absl::Span<const double> maxima = BlockMaxima();
  GatherStored(
      [&](TokenId* ids, double* values) {
        return kernels::Gather(row_, stored.interval, maxima.data(), low,
                               edits ? edit_mask_.data() : nullptr, ids,
                               values);
      },
      out);
  if (stored.exact && !edits) return;
  const absl::Span<const double> logits = out.logits();
  out.Filter(
      [&](std::size_t i) { return low <= logits[i] && logits[i] < high; });
}

}  // namespace sampler

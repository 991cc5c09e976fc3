// Lists of the values of a dense row that lie in an interval. The search
// compares stored numbers (scaled_row.h), so that most of the row is never
// converted.

#include <algorithm>
#include <bit>

#include "sampler/kernels/gather.h"
#include "sampler/rows/dense_row.h"

namespace sampler {

namespace {

// ManyReach returns true if more than 1 / kManyOfARow of the row reaches the
// threshold: a list of so many costs more than a pass over the row. It looks at
// about kSample blocks.
constexpr std::size_t kManyOfARow = 14;
constexpr std::size_t kSample = 32;

}  // namespace

bool DenseRow::ManyReach(double threshold) const {
  if (stored_.IsOfDoubles()) return false;
  const double stored_threshold =
      std::max(stored_.StoredThreshold(threshold), stored_.floor());
  const std::size_t stride = std::max<std::size_t>(1, block_count() / kSample);
  const std::size_t wanted = size() / kManyOfARow / stride;
  const absl::Span<const double> maxima = BlockMaxima();
  std::size_t reached = 0;
  for (std::size_t b = stride / 2; b < maxima.size(); b += stride) {
    if (!(maxima[b] >= threshold)) continue;
    reached += static_cast<std::size_t>(
        std::popcount(stored_.MaskAtLeast(b, stored_threshold)));
    if (reached > wanted) return true;
  }
  return false;
}

void DenseRow::GatherStored(StoredGather gather, CandidateList& out) const {
  const bool edits = !edits_.empty();
  out.Fill(size() + kernels::kGatherSlack, [&](TokenId* ids, double* values) {
    const std::size_t found = gather(ids, values);
    stored_.ApplyFactors(absl::MakeSpan(values, found));
    for (std::size_t i = 0; edits && i < found; ++i) {
      const auto id = static_cast<std::size_t>(ids[i]);
      if (edits_.Has(id)) values[i] = edits_.Value(id);
    }
    return found;
  });
}

void DenseRow::GatherInside(double low, double high, CandidateList& out) const {
  const StoredInterval stored = stored_.Stored(low, high);
  const bool edits = !edits_.empty();
  const absl::Span<const double> maxima = BlockMaxima();
  GatherStored(
      [&](TokenId* ids, double* values) {
        return kernels::Gather(stored_.stored(), stored.interval, maxima.data(),
                               low, edits ? edits_.masks().data() : nullptr,
                               ids, values);
      },
      out);
  if (stored.exact && !edits) return;
  const absl::Span<const double> logits = out.logits();
  out.Filter(
      [&](std::size_t i) { return low <= logits[i] && logits[i] < high; });
}

}  // namespace sampler

#include "sampler/bounds/scanned_sums.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "sampler/bounds/tuning.h"
#include "sampler/kernels/scan/scan_sum.h"

namespace sampler {

kernels::RowScan ScannedSums::Scan(const CandidateSet& set, Logits row,
                                   double* maxima) {
  row_ = row.data();
  // Until it is asked for again, nobody wants it.
  const std::optional<double> product = std::exchange(product_, std::nullopt);
  if (!product.has_value() || row.dtype() == DType::kF64 ||
      row.size() <= tuning::kFewCandidates) {
    return kernels::ScanBlockMaxima(row, maxima);
  }
  // The first logits guess the maximum: it is not below theirs.
  const std::size_t guessed = std::min(row.size(), tuning::kGuessedBy);
  kernels::ScanBlockMaxima(Logits(row.data(), row.dtype(), guessed), maxima);
  const double center = kernels::MaxOf(maxima, kernels::BlockCount(guessed));
  if (!(std::fabs(center) * *product <= tuning::kLargestMax)) {
    return kernels::ScanBlockMaxima(row, maxima);
  }
  made_.argument = kernels::ExpArgument(center, *product);
  sums_.resize(kernels::ChunkCount(row.size()));
  const kernels::ScanWithSums done =
      kernels::ScanAndSum(row, made_.argument, maxima, sums_.data());
  made_.error = done.error;
  begin_ = set.begins();
  return done.scan;
}

bool ScannedSums::IsWholeRow(const CandidateSet& set,
                             const StoredValues& stored) const {
  // A copy without some tokens, or of doubles, may have been made since.
  return set.SlotsAreIds() && stored.values.data() == row_ &&
         stored.values.dtype() != DType::kF64 && stored.edited.empty() &&
         stored.floor == kRemoved;
}

std::optional<ScannedSums::Made> ScannedSums::Take(const CandidateSet& set,
                                                   const StoredValues& stored,
                                                   double product,
                                                   std::vector<double>& sums) {
  if (!IsWholeRow(set, stored)) return {};
  product_ = product;
  const kernels::ExpArgument& argument = made_.argument;
  if (begin_ != set.begins() || product != argument.scale) return {};
  if (!(set.Max() - argument.center * product <=
        kernels::kFarthestAboveCenter)) {
    product_.reset();  // The next row may be no better.
    return {};
  }
  sums.assign(sums_.begin(), sums_.end());
  return made_;
}

}  // namespace sampler

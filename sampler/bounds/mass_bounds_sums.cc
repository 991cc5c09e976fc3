// How the sums of MassBounds are made: by a pass of their own, or while the row
// is scanned.

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "sampler/bounds/mass_bounds.h"
#include "sampler/bounds/tuning.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/scan/scan_sum.h"

namespace sampler {

using kernels::kChunkSize;

bool MassBounds::Have() { return HaveSums(Distances::kWithout); }

bool MassBounds::HaveMean() { return HaveSums(Distances::kWith); }

bool MassBounds::HaveSums(Distances distances) {
  const bool current =
      state_ != State::kUnknown && generation_ == set_.generation();
  const bool lacks_distances = state_ == State::kSummed &&
                               distances == Distances::kWith && !has_distances_;
  if (!current || lacks_distances) {
    generation_ = set_.generation();
    joined_ = false;
    state_ = use_ == BoundsUse::kTry && Sum(distances) ? State::kSummed
                                                       : State::kNone;
  }
  return state_ == State::kSummed;
}

bool MassBounds::Sum(Distances distances) {
  size_ = set_.slots();
  if (size_ <= tuning::kFewCandidates) return false;
  max_ = set_.Max();
  if (!(std::fabs(max_) <= tuning::kLargestMax)) return false;
  const StoredValues stored = set_.stored();
  double scale = 1.0;
  for (const double factor : stored.scales) scale *= factor;
  if (!(0x1p-60 <= scale && scale <= 0x1p60)) return false;
  rounding_ = (2.0 * static_cast<double>(stored.scales.size()) + 8.0) *
              0x1p-53 * (std::fabs(max_) + 40.0);
  const std::size_t chunks = kernels::ChunkCount(size_);
  sums_.resize(chunks);
  distances_.assign(chunks, 0.0);
  has_distances_ = distances == Distances::kWith;
  const bool scannable = !has_distances_ && IsWholeRow(stored);
  if (!scannable || !TakeScanned(scale)) SumPass(stored, scale, distances);
  const double factor = FactorToLikeliest();
  subtracted_error_ = 0.0;
  total_ = 0.0;
  total_distance_ = 0.0;
  for (std::size_t c = 0; c < chunks; ++c) {
    sums_[c] *= factor;
    distances_[c] *= factor;
    total_ += sums_[c];
    total_distance_ += distances_[c];
  }
  total_squares_ *= factor;
  // Edited candidates weigh what they weigh exactly.
  edited_ = 0.0;
  edited_moment_ = 0.0;
  for (const std::uint32_t slot : stored.edited) {
    const double logit = set_.LogitOfSlot(slot);
    const Weight weight = kernels::ComputeWeight(logit, max_);
    if (weight == 0) continue;
    const double part = static_cast<double>(weight) * 0x1p-51;
    edited_ += part;
    edited_moment_ += part * (logit - max_);
    sums_[slot / kChunkSize] += part;
    total_ += part;
  }
  return true;
}

void MassBounds::SumPass(const StoredValues& stored, double scale,
                         Distances distances) {
  argument_ = kernels::ExpArgument(max_ / scale, scale);
  argument_.least = stored.floor;
  if (stored.values.dtype() != DType::kF64) {
    argument_.center =
        static_cast<double>(static_cast<float>(argument_.center));
  }
  const bool with_distances = distances == Distances::kWith;
  (with_distances ? error_ : loose_error_) = kernels::SumExpOfRow(
      stored.values, argument_, stored.edit_masks, sums_.data(),
      with_distances ? distances_.data() : nullptr, &total_squares_);
}

kernels::RowScan MassBounds::Scan(Logits row, double* maxima) {
  row_ = row.data();
  // Until it is asked for again, nobody wants it.
  const std::optional<double> habit = std::exchange(habit_, std::nullopt);
  if (!habit.has_value() || use_ != BoundsUse::kTry ||
      row.dtype() == DType::kF64 || row.size() <= tuning::kFewCandidates) {
    return kernels::ScanBlockMaxima(row, maxima);
  }
  // The first logits guess the maximum: it is not below theirs.
  const std::size_t guessed = std::min(row.size(), tuning::kGuessedBy);
  kernels::ScanBlockMaxima(Logits(row.data(), row.dtype(), guessed), maxima);
  const double center = kernels::MaxOf(maxima, kernels::BlockCount(guessed));
  if (!(std::fabs(center) * *habit <= tuning::kLargestMax)) {
    return kernels::ScanBlockMaxima(row, maxima);
  }
  scanned_argument_ = kernels::ExpArgument(center, *habit);
  scanned_sums_.resize(kernels::ChunkCount(row.size()));
  const kernels::ScanWithSums done =
      kernels::ScanAndSum(row, scanned_argument_, maxima, scanned_sums_.data());
  scanned_error_ = done.error;
  scanned_begin_ = set_.begins();
  return done.scan;
}

bool MassBounds::IsWholeRow(const StoredValues& stored) const {
  // A copy without some tokens, or of doubles, may have been made since.
  return set_.SlotsAreIds() && stored.values.data() == row_ &&
         stored.values.dtype() != DType::kF64 && stored.edited.empty() &&
         stored.floor == kRemoved;
}

bool MassBounds::TakeScanned(double scale) {
  habit_ = scale;
  if (scanned_begin_ != set_.begins() || scale != scanned_argument_.scale) {
    return false;
  }
  if (!(max_ - scanned_argument_.center * scale <=
        kernels::kFarthestAboveCenter)) {
    habit_.reset();  // The next row may be no better.
    return false;
  }
  argument_ = scanned_argument_;
  loose_error_ = scanned_error_;
  sums_.assign(scanned_sums_.begin(), scanned_sums_.end());
  return true;
}

}  // namespace sampler

#include "sampler/bounds/chunk_sums.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "sampler/arithmetic/mass.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/bounds/tuning.h"
#include "sampler/kernels/block.h"

namespace sampler {

using kernels::kChunkSize;

kernels::ExpArgument AboutMax(double max, double scale,
                              const StoredValues& stored) {
  kernels::ExpArgument argument(max / scale, scale);
  argument.least = stored.floor;
  if (stored.values.dtype() != DType::kF64) {
    argument.center = static_cast<double>(static_cast<float>(argument.center));
  }
  return argument;
}

bool ChunkSums::Sum(const CandidateSet& set, Distances distances,
                    ScannedSums& scanned) {
  size_ = set.slots();
  if (size_ <= tuning::kFewCandidates) return false;
  max_ = set.Max();
  if (!(std::fabs(max_) <= tuning::kLargestMax)) return false;
  const StoredValues stored = set.stored();
  double scale = 1.0;
  for (const double factor : stored.scales) scale *= factor;
  if (!(0x1p-60 <= scale && scale <= 0x1p60)) return false;
  const std::size_t chunks = kernels::ChunkCount(size_);
  sums_.resize(chunks);
  distances_.assign(chunks, 0.0);
  has_distances_ = distances == Distances::kWith;
  std::optional<ScannedSums::Made> made;
  if (!has_distances_) made = scanned.Take(set, stored, scale, sums_);
  if (!made.has_value()) made = SumPass(stored, scale);
  argument_ = made->argument;
  error_ = SumError(made->error, RoundingOfLogits(stored.scales.size(), max_),
                    argument_.center * argument_.scale - max_);
  // From the center to the likeliest.
  const double factor = Exp(error_.excess());
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
  AddEdited(set, stored);
  return true;
}

ScannedSums::Made ChunkSums::SumPass(const StoredValues& stored, double scale) {
  const kernels::ExpArgument argument = AboutMax(max_, scale, stored);
  return {argument,
          kernels::SumExpOfRow(
              stored.values, argument, stored.edit_masks, sums_.data(),
              has_distances_ ? distances_.data() : nullptr, &total_squares_)};
}

// The pass has left edited candidates out: they weigh what they weigh exactly.
void ChunkSums::AddEdited(const CandidateSet& set, const StoredValues& stored) {
  edited_ = 0.0;
  edited_moment_ = 0.0;
  for (const std::uint32_t slot : stored.edited) {
    const double logit = set.LogitOfSlot(slot);
    const Weight weight = kernels::ComputeWeight(logit, max_);
    if (weight == 0) continue;
    const double part = static_cast<double>(weight) * 0x1p-51;
    edited_ += part;
    edited_moment_ += part * (logit - max_);
    sums_[ChunkOf(slot)] += part;
    total_ += part;
  }
}

double ChunkSums::ErrorOfPart(double sum, double distance, double terms) const {
  return has_distances_ ? error_.WithDistance(sum, distance, terms)
                        : error_.WithoutDistance(sum, terms);
}

double ChunkSums::ErrorOfTotal() const {
  return ErrorOfPart(total_, total_distance_, static_cast<double>(size_)) +
         subtracted_error_ + kDoubleError * total_;
}

MassInterval ChunkSums::Total() const {
  const double error = ErrorOfTotal();
  // The likeliest alone weighs 1.
  const double low = std::max(total_ - error, 1.0) * 0x1p51;
  const double high = (total_ + error) * 0x1p51;
  return {static_cast<Mass>(low), static_cast<Mass>(high) + 1};
}

ChunkSums::Place ChunkSums::Find(std::uint64_t bits) const {
  const double u = static_cast<double>(bits) * 0x1p-64;
  const double place = u * total_;
  double before = 0.0;
  double distance_before = 0.0;
  std::size_t chunk = 0;
  while (chunk + 1 < sums_.size() && before + sums_[chunk] <= place) {
    before += sums_[chunk];
    distance_before += distances_[chunk];
    ++chunk;
  }
  // With B the mass before the chunk and C the rest: u S - B = u C - (1 - u) B,
  // where the errors of B and C count for less than in u S and B.
  const double rest = total_ - before;
  const double terms_before = static_cast<double>(chunk * kChunkSize);
  const double terms_rest = static_cast<double>(size_) - terms_before;
  const double inside = u * rest - (1.0 - u) * before;
  const double error =
      u * ErrorOfPart(rest, std::max(total_distance_ - distance_before, 0.0),
                      terms_rest) +
      (1.0 - u) * ErrorOfPart(before, distance_before, terms_before) +
      subtracted_error_ + kDoubleError * total_;
  double low = inside - error;
  // Nothing lies before the first chunk.
  if (chunk == 0) low = std::max(low, 0.0);
  return {chunk, low * 0x1p51, (inside + error) * 0x1p51};
}

// Let e be the terms, x their exponents relative to the maximum, p = e / S and
// m the mean of x. A term is computed as e (1 + a), |a| <= r + g |x|
// (`relative` without the additions, and `per_distance`), and both sums are
// made of the same terms, so that what all are wrong by alike does not matter:
// the mean moves by the sum of p a (x - m), which is at most, by Cauchy and
// Schwarz,
//   (r + g sqrt(sum of p x^2)) sqrt(sum of p (x - m)^2).
// To that come the additions, of the total and of the weighted distance, and
// the roundings of d. Terms that are no weights, and weights rounded to
// integers, count |x| <= 83 times. Edited terms are exact.
ChunkSums::Offset ChunkSums::MeanOffset() const {
  const auto terms = static_cast<double>(size_);
  const kernels::ExpSumError& of_sums = error_.terms();
  const double rounding = error_.rounding();
  // Exponents are relative to the center, which is not quite the maximum: some
  // may lie above it, and have counted against the others.
  const double shift = error_.excess();
  const double distance = total_distance_ + 4.0 * std::fabs(shift) * total_;
  const double summed = total_ - edited_;
  const double moment = shift * summed - total_distance_;
  const double squares =
      total_squares_ - 2.0 * shift * total_distance_ + shift * shift * summed;
  const double mean = (moment + edited_moment_) / total_;
  // With a thousandth for what the squares may be off by.
  const double around = squares - 2.0 * mean * moment + mean * mean * summed;
  const double slack = 1e-3 * (squares + mean * mean * summed);
  const double spread = std::sqrt((std::max(around, 0.0) + slack) / total_);
  const double root =
      std::sqrt(std::max(1.001 * squares, 0.0) / total_) + std::fabs(shift);
  const double of_terms =
      (of_sums.relative - of_sums.additions + of_sums.per_distance * root) *
      spread;
  const double of_additions = of_sums.of_distance * distance / total_ +
                              std::fabs(mean) * of_sums.additions;
  const double of_weights =
      (rounding * (distance + total_) + 100.0 * kernels::kTermError * terms +
       kDoubleError * (distance + std::fabs(edited_moment_))) /
      total_;
  const double of_total =
      rounding + kernels::kTermError * terms / total_ + kDoubleError;
  const double error = 1.01 * (of_terms + of_additions + of_weights +
                               std::fabs(mean) * of_total);
  return {mean - error, mean + error};
}

void ChunkSums::Subtract(absl::Span<const double> gone, double error,
                         double floor) {
  // What goes takes the error of its part of these sums with it.
  const double all = std::accumulate(gone.begin(), gone.end(), 0.0);
  subtracted_error_ += error_.WithoutDistance(all, static_cast<double>(size_)) +
                       error + kDoubleError * total_;
  for (std::size_t c = 0; c < sums_.size(); ++c) sums_[c] -= gone[c];
  total_ = std::accumulate(sums_.begin(), sums_.end(), 0.0);
  has_distances_ = false;
  argument_.least = floor;
}

}  // namespace sampler

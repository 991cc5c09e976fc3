#include "sampler/bounds/mass_bounds.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidate.h"
#include "sampler/kernels/block.h"

namespace sampler {
namespace {

using kernels::kChunkSize;

// What is done in double here is off by less than this part of the total.
constexpr double kDoubleError = 0x1p-40;

}  // namespace

double MassBounds::FactorToLikeliest() const {
  return Exp(argument_.center * argument_.scale - max_);
}

double MassBounds::Error(double sum, double distance, double terms) const {
  return (error_.relative + rounding_) * sum + error_.per_distance * distance +
         kernels::kTermError * terms;
}

double MassBounds::LooseError(double difference, double terms) const {
  // Of nothing at all, a difference may be less than nothing.
  const double sum = std::max(difference, 0.0);
  // The center is the maximum but for rounding, or Scan's guess of it.
  const double excess = argument_.center * argument_.scale - max_;
  const double distance = kernels::DistanceBound(sum, terms, excess);
  return (loose_error_.relative + rounding_) * sum +
         loose_error_.per_distance * distance + kernels::kTermError * terms;
}

double MassBounds::ErrorOfPart(double sum, double distance,
                               double terms) const {
  return has_distances_ ? Error(sum, distance, terms) : LooseError(sum, terms);
}

double MassBounds::ErrorOfTotal() const {
  return ErrorOfPart(total_, total_distance_, static_cast<double>(size_)) +
         subtracted_error_ + kDoubleError * total_;
}

MassInterval MassBounds::Total() const {
  const double error = ErrorOfTotal();
  // The likeliest alone weighs 1.
  const double low = std::max(total_ - error, 1.0) * 0x1p51;
  const double high = (total_ + error) * 0x1p51;
  return {static_cast<Mass>(low), static_cast<Mass>(high) + 1};
}

MassBounds::Place MassBounds::Find(std::uint64_t bits) const {
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
MassBounds::Offset MassBounds::MeanOffset() const {
  const auto terms = static_cast<double>(size_);
  // Exponents are relative to the center, which is not quite the maximum: some
  // may lie above it, and have counted against the others.
  const double shift = argument_.center * argument_.scale - max_;
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
      (error_.relative - error_.additions + error_.per_distance * root) *
      spread;
  const double of_additions = error_.of_distance * distance / total_ +
                              std::fabs(mean) * error_.additions;
  const double of_weights =
      (rounding_ * (distance + total_) + 100.0 * kernels::kTermError * terms +
       kDoubleError * (distance + std::fabs(edited_moment_))) /
      total_;
  const double of_total =
      rounding_ + kernels::kTermError * terms / total_ + kDoubleError;
  const double error = 1.01 * (of_terms + of_additions + of_weights +
                               std::fabs(mean) * of_total);
  return {mean - error, mean + error};
}

bool MassBounds::Split(const LogitRange& inside, const LogitRange& listed,
                       CandidateList& out) {
  const StoredInterval inner = set_.Stored(inside);
  const StoredInterval outer = set_.Stored(listed);
  if (!inner.exact || !outer.exact) return false;
  joined_ = false;
  const StoredValues stored = set_.stored();
  rest_sums_.resize(sums_.size());
  kernels::ExpSplit split;
  set_.GatherStored(
      [&](TokenId* ids, double* values) {
        split = kernels::SplitExpOfRow(
            stored.values, argument_, {inner.interval, outer.interval},
            stored.edit_masks, rest_sums_.data(), ids, values);
        return split.found;
      },
      out);
  loose_error_ = split.error;
  const double factor = FactorToLikeliest();
  for (double& sum : rest_sums_) sum *= factor;
  if (!stored.edited.empty()) {
    TakeEdited(inside, listed);
    const absl::Span<const double> logits = out.logits();
    out.Filter([&](std::size_t i) {
      return listed.Contains(logits[i]) && !inside.Contains(logits[i]);
    });
  }
  rest_ = std::accumulate(rest_sums_.begin(), rest_sums_.end(), 0.0);
  return true;
}

void MassBounds::TakeEdited(const LogitRange& inside,
                            const LogitRange& listed) {
  for (const std::uint32_t slot : set_.stored().edited) {
    const double logit = set_.LogitOfSlot(slot);
    const double part =
        static_cast<double>(kernels::ComputeWeight(logit, max_)) * 0x1p-51;
    if (!inside.Contains(logit) && !listed.Contains(logit)) {
      rest_sums_[slot / kChunkSize] += part;
    }
  }
}

void MassBounds::Follow() {
  const bool joined = joined_;
  joined_ = false;
  if (!joined || !set_.SlotsAreIds() || set_.slots() != size_) return;
  // What goes takes the error of its part of the old sums with it, and what was
  // summed up of it adds its own.
  const double gone =
      std::accumulate(rest_sums_.begin(), rest_sums_.end(), 0.0);
  const auto terms = static_cast<double>(size_);
  subtracted_error_ += LooseError(gone, terms) + LooseError(rest_, terms) +
                       kDoubleError * total_;
  for (std::size_t c = 0; c < sums_.size(); ++c) sums_[c] -= rest_sums_[c];
  total_ = std::accumulate(sums_.begin(), sums_.end(), 0.0);
  has_distances_ = false;
  argument_.least = set_.stored().floor;
  generation_ = set_.generation();
  state_ = State::kSummed;
}

MassInterval MassBounds::TotalAround(Mass known) const {
  const double error =
      LooseError(rest_, static_cast<double>(size_)) + kDoubleError * rest_;
  const double low = std::max(rest_ - error, 0.0) * 0x1p51;
  const double high = (rest_ + error) * 0x1p51;
  return {known + static_cast<Mass>(low), known + static_cast<Mass>(high) + 1};
}

MassBounds::Missing MassBounds::MissingTo(double p, Mass listed) const {
  // p S - I = p S - (S - L - R) = L + R - (1 - p) S.
  const double q = 1.0 - p;
  const double missing = ToDouble(listed) * 0x1p-51 + rest_ - q * total_;
  const double error = LooseError(rest_, static_cast<double>(size_)) +
                       q * ErrorOfTotal() + kDoubleError * total_;
  return {(missing - error) * 0x1p51, (missing + error) * 0x1p51};
}

}  // namespace sampler

#include "sampler/bounds/mass_bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sampler/arithmetic/numeric.h"
#include "sampler/bounds/tuning.h"
#include "sampler/kernels/block.h"

namespace sampler {
namespace {

using kernels::kChunkSize;

// What is done in double here is off by less than this part of the total.
constexpr double kDoubleError = 0x1p-40;

}  // namespace

bool MassBounds::Have() {
  if (state_ == State::kUnknown || generation_ != set_.generation()) {
    generation_ = set_.generation();
    state_ = use_ == BoundsUse::kTry && Sum() ? State::kSummed : State::kNone;
  }
  return state_ == State::kSummed;
}

bool MassBounds::Sum() {
  size_ = set_.slots();
  if (size_ <= tuning::kFewCandidates) return false;
  max_ = set_.Max();
  if (!(std::fabs(max_) <= tuning::kLargestMax)) return false;
  const StoredValues stored = set_.stored();
  double scale = 1.0;
  for (const double factor : stored.scales) scale *= factor;
  if (!(0x1p-60 <= scale && scale <= 0x1p60)) return false;
  argument_ = kernels::ExpArgument(max_ / scale, scale);
  argument_.least = stored.floor;
  if (stored.values.dtype() != DType::kF64) {
    argument_.center =
        static_cast<double>(static_cast<float>(argument_.center));
  }
  rounding_ = (2.0 * static_cast<double>(stored.scales.size()) + 8.0) *
              0x1p-53 * (std::fabs(max_) + 40.0);
  const std::size_t chunks = kernels::ChunkCount(size_);
  sums_.resize(chunks);
  gaps_.resize(chunks);
  error_ = kernels::SumExpOfRow(stored.values, argument_, stored.edit_masks,
                                sums_.data(), gaps_.data());
  const double factor = FactorToLikeliest();
  total_ = 0.0;
  total_gap_ = 0.0;
  for (std::size_t c = 0; c < chunks; ++c) {
    sums_[c] *= factor;
    gaps_[c] *= factor;
    total_ += sums_[c];
    total_gap_ += gaps_[c];
  }
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

double MassBounds::FactorToLikeliest() const {
  return Exp(argument_.center * argument_.scale - max_);
}

double MassBounds::Error(double sum, double gap, double terms) const {
  return (error_.relative + rounding_) * sum + error_.per_gap * gap +
         kernels::kTermError * terms;
}

MassInterval MassBounds::Total() const {
  const double error = Error(total_, total_gap_, static_cast<double>(size_)) +
                       kDoubleError * total_;
  // The likeliest alone weighs 1.
  const double low = std::max(total_ - error, 1.0) * 0x1p51;
  const double high = (total_ + error) * 0x1p51;
  return {static_cast<Mass>(low), static_cast<Mass>(high) + 1};
}

MassBounds::Place MassBounds::Find(std::uint64_t bits) const {
  const double u = static_cast<double>(bits) * 0x1p-64;
  const double place = u * total_;
  double before = 0.0;
  double gap_before = 0.0;
  std::size_t chunk = 0;
  while (chunk + 1 < sums_.size() && before + sums_[chunk] <= place) {
    before += sums_[chunk];
    gap_before += gaps_[chunk];
    ++chunk;
  }
  // With B the mass before the chunk and C the rest: u S - B = u C - (1 - u) B,
  // where the errors of B and C count for less than in u S and B.
  const double rest = total_ - before;
  const double terms_before = static_cast<double>(chunk * kChunkSize);
  const double terms_rest = static_cast<double>(size_) - terms_before;
  const double inside = u * rest - (1.0 - u) * before;
  const double error =
      u * Error(rest, std::max(total_gap_ - gap_before, 0.0), terms_rest) +
      (1.0 - u) * Error(before, gap_before, terms_before) +
      kDoubleError * total_;
  double low = inside - error;
  // Nothing lies before the first chunk.
  if (chunk == 0) low = std::max(low, 0.0);
  return {chunk, low * 0x1p51, (inside + error) * 0x1p51};
}

// Let e be a term, x its exponent and g = e |x|. The kernel adds up products of
// e, good to 2.25 u + |x| u (twice, without FMA), and d, good to u, in sums
// that are at most four times as deep as those of e: off by less than 4
// `relative` g
// + `per_gap` |x| g each. The sum of g |x| = e x^2 is at most, for any X >= 2,
// that of X g over |x| <= X, and X^2 e^-X for each of the others. Terms that
// are no weights, and weights rounded to integers, count |x| <= 83 times.
MassBounds::Offset MassBounds::MeanOffset() const {
  const auto terms = static_cast<double>(size_);
  // Exponents are relative to the center, which is not quite the maximum: some
  // may lie above it, and have counted against the others.
  const double shift = argument_.center * argument_.scale - max_;
  const double gap = total_gap_ + 4.0 * std::fabs(shift) * total_;
  double squares = std::numeric_limits<double>::infinity();
  for (const double x : {4.0, 8.0, 12.0, 16.0, 24.0, 32.0}) {
    squares = std::min(squares, x * gap + terms * x * x * Exp(-x));
  }
  const double moment =
      shift * (total_ - edited_) - total_gap_ + edited_moment_;
  const double moment_error =
      1.01 * (4.0 * error_.relative * gap + error_.per_gap * squares) +
      rounding_ * (gap + total_) + 100.0 * kernels::kTermError * terms +
      kDoubleError * (gap + std::fabs(edited_moment_));
  const double total_error =
      Error(total_, total_gap_, terms) + kDoubleError * total_;
  const double mean = moment / total_;
  const double error =
      (moment_error + std::fabs(mean) * total_error) / (total_ - total_error);
  return {mean - error, mean + error};
}

bool MassBounds::Split(const LogitRange& range) {
  const DenseRow::StoredInterval interval = set_.Stored(range);
  if (!interval.exact) return false;
  const StoredValues stored = set_.stored();
  const kernels::ExpSplit split = kernels::SplitExpOfRow(
      stored.values, argument_, interval.interval, stored.edit_masks);
  const double factor = FactorToLikeliest();
  inside_ = {split.inside.sum * factor, split.inside.gap * factor};
  outside_ = {split.outside.sum * factor, split.outside.gap * factor};
  for (const std::uint32_t slot : stored.edited) {
    const double logit = set_.LogitOfSlot(slot);
    const Weight weight = kernels::ComputeWeight(logit, max_);
    (range.Contains(logit) ? inside_ : outside_).sum +=
        static_cast<double>(weight) * 0x1p-51;
  }
  return true;
}

MassInterval MassBounds::TotalAround(Mass inside) const {
  const double rest = outside_.sum;
  const double error = Error(rest, outside_.gap, static_cast<double>(size_)) +
                       kDoubleError * rest;
  const double low = std::max(rest - error, 0.0) * 0x1p51;
  const double high = (rest + error) * 0x1p51;
  return {inside + static_cast<Mass>(low),
          inside + static_cast<Mass>(high) + 1};
}

MassBounds::Missing MassBounds::MissingTo(double p) const {
  // p (I + O) - I = p O - (1 - p) I.
  const auto terms = static_cast<double>(size_);
  const double q = 1.0 - p;
  const double missing = p * outside_.sum - q * inside_.sum;
  const double error = p * Error(outside_.sum, outside_.gap, terms) +
                       q * Error(inside_.sum, inside_.gap, terms) +
                       kDoubleError * total_;
  return {(missing - error) * 0x1p51, (missing + error) * 0x1p51};
}

}  // namespace sampler

#include "sampler/bounds/mass_bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "sampler/arithmetic/numeric.h"
#include "sampler/bounds/tuning.h"
#include "sampler/candidate.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/scan/scan_sum.h"

namespace sampler {
namespace {

using kernels::kChunkSize;

// What is done in double here is off by less than this part of the total.
constexpr double kDoubleError = 0x1p-40;

}  // namespace

bool MassBounds::Have() { return HaveSums(Gaps::kWithout); }

bool MassBounds::HaveMean() { return HaveSums(Gaps::kWith); }

bool MassBounds::HaveSums(Gaps gaps) {
  const bool current =
      state_ != State::kUnknown && generation_ == set_.generation();
  const bool lacks_gaps =
      state_ == State::kSummed && gaps == Gaps::kWith && !has_gaps_;
  if (!current || lacks_gaps) {
    generation_ = set_.generation();
    joined_ = false;
    state_ =
        use_ == BoundsUse::kTry && Sum(gaps) ? State::kSummed : State::kNone;
  }
  return state_ == State::kSummed;
}

bool MassBounds::Sum(Gaps gaps) {
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
  gaps_.assign(chunks, 0.0);
  has_gaps_ = gaps == Gaps::kWith;
  const bool scannable = !has_gaps_ && IsWholeRow(stored);
  if (!scannable || !TakeScanned(scale)) SumPass(stored, scale, gaps);
  const double factor = FactorToLikeliest();
  subtracted_error_ = 0.0;
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

void MassBounds::SumPass(const StoredValues& stored, double scale, Gaps gaps) {
  argument_ = kernels::ExpArgument(max_ / scale, scale);
  argument_.least = stored.floor;
  if (stored.values.dtype() != DType::kF64) {
    argument_.center =
        static_cast<double>(static_cast<float>(argument_.center));
  }
  const bool with_gaps = gaps == Gaps::kWith;
  (with_gaps ? error_ : loose_error_) =
      kernels::SumExpOfRow(stored.values, argument_, stored.edit_masks,
                           sums_.data(), with_gaps ? gaps_.data() : nullptr);
}

kernels::RowScan MassBounds::Scan(Logits row, double* maxima) {
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
  // A row of doubles may have been made since.
  return set_.SlotsAreIds() && stored.values.dtype() != DType::kF64 &&
         stored.edited.empty() && stored.floor == kRemoved;
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

double MassBounds::FactorToLikeliest() const {
  return Exp(argument_.center * argument_.scale - max_);
}

double MassBounds::Error(double sum, double gap, double terms) const {
  return (error_.relative + rounding_) * sum + error_.per_gap * gap +
         kernels::kTermError * terms;
}

double MassBounds::LooseError(double difference, double terms) const {
  // Of nothing at all, a difference may be less than nothing.
  const double sum = std::max(difference, 0.0);
  // The center is the maximum but for rounding, or Scan's guess of it.
  const double excess = argument_.center * argument_.scale - max_;
  const double gap = kernels::GapBound(sum, terms, excess);
  return (loose_error_.relative + rounding_) * sum +
         loose_error_.per_gap * gap + kernels::kTermError * terms;
}

double MassBounds::ErrorOfPart(double sum, double gap, double terms) const {
  return has_gaps_ ? Error(sum, gap, terms) : LooseError(sum, terms);
}

double MassBounds::ErrorOfTotal() const {
  return ErrorOfPart(total_, total_gap_, static_cast<double>(size_)) +
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
      u * ErrorOfPart(rest, std::max(total_gap_ - gap_before, 0.0),
                      terms_rest) +
      (1.0 - u) * ErrorOfPart(before, gap_before, terms_before) +
      subtracted_error_ + kDoubleError * total_;
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

bool MassBounds::Split(const LogitRange& inside, const LogitRange& listed,
                       CandidateList& out) {
  const DenseRow::StoredInterval inner = set_.Stored(inside);
  const DenseRow::StoredInterval outer = set_.Stored(listed);
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
  has_gaps_ = false;
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

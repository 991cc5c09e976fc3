#include "sampler/candidates.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sampler/float_environment.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/kth_largest.h"
#include "sampler/kernels/row_scan.h"
#include "sampler/numeric.h"

namespace sampler {
namespace {

constexpr double kLowest = std::numeric_limits<double>::lowest();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

void Candidates::Begin(Logits row, TruncationObserver* observer) {
  dense_.Reset(row);
  dense_form_ = true;
  list_status_ = RowStatus::kOk;
  truncated_ = false;
  original_ = Original::kUnused;
  observer_ = observer;
  Changed();
}

void Candidates::Reject(RowStatus status) {
  list_.Clear();
  dense_form_ = false;
  list_status_ = status;
  Changed();
}

void Candidates::TrackOriginalMass() { original_ = Original::kWanted; }

// ---- Changes --------------------------------------------------------------

void Candidates::SetInList(std::size_t i, double logit) {
  Changed();
  NoteInList(logit);
  list_.mutable_logits()[i] = logit;
  if (logit == kRemoved) list_.Filter([i](std::size_t j) { return j != i; });
}

void Candidates::NoteInList(double logit) {
  if (std::isnan(logit)) {
    list_status_ = RowStatus::kNan;
  } else if (logit == -kRemoved && list_status_ == RowStatus::kOk) {
    list_status_ = RowStatus::kInfinite;
  }
}

void Candidates::DropRemovedFromList() {
  list_.Filter([this](std::size_t i) { return list_.logits()[i] != kRemoved; });
}

void Candidates::Remove(TokenId id) {
  Edit(id, [](double) { return kRemoved; });
}

void Candidates::RemoveAllBut(absl::Span<const TokenId> ids) {
  CandidateList& kept =
      support_.list;  // Free for use: Changed() drops the support.
  Changed();
  kept.Clear();
  for (const TokenId id : ids) {
    const std::optional<double> logit = Logit(id);
    if (logit.has_value()) kept.Append(id, *logit);
  }
  list_.Exchange(kept);
  if (dense_form_) list_status_ = dense_.status();
  dense_form_ = false;
}

void Candidates::Scale(double factor) {
  Changed();
  if (dense_form_) {
    dense_.Scale(factor);
  } else {
    TransformList([=](TokenId, double logit) { return logit * factor; });
  }
}

void Candidates::Normalize() {
  const double max = Max();
  const double log_sum = Log(ToDouble(TotalMass()) * 0x1p-51);
  Transform([=](TokenId, double logit) { return (logit - max) - log_sum; });
}

void Candidates::SetTo(absl::Span<const TokenId> ids,
                       absl::Span<const double> logits) {
  Changed();
  list_.Clear();
  list_.Reserve(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    list_.AppendIf(true, ids[i], logits[i]);
  }
  list_status_ = RowStatus::kOk;
  dense_form_ = false;
}

// ---- Questions ------------------------------------------------------------

RowStatus Candidates::status() const {
  const RowStatus status = dense_form_ ? dense_.status() : list_status_;
  if (status != RowStatus::kOk) return status;
  const bool empty = dense_form_ ? dense_.empty() : list_.size() == 0;
  return empty ? RowStatus::kNoCandidate : RowStatus::kOk;
}

std::int64_t Candidates::Count() const {
  return static_cast<std::int64_t>(dense_form_ ? dense_.finite_count()
                                               : list_.size());
}

bool Candidates::HasMoreThan(std::int64_t count) const {
  const auto n = static_cast<std::size_t>(count);
  return dense_form_ ? dense_.HasMoreThan(n) : list_.size() > n;
}

Candidate Candidates::Head() const {
  if (head_.has_value()) return *head_;
  if (dense_form_) {
    head_ = Candidate{static_cast<TokenId>(dense_.FirstOfMax()),
                      WithOneZero(dense_.Max())};
  } else {
    // The first of equal maxima has the lowest id, because ids ascend.
    const absl::Span<const double> logits = list_.logits();
    const double max = kernels::MaxOf(logits.data(), logits.size());
    const std::size_t at =
        kernels::FindFirst(logits.data(), logits.size(), max);
    head_ = Candidate{list_.ids()[at], WithOneZero(max)};
  }
  return *head_;
}

std::ptrdiff_t Candidates::Find(TokenId id) const {
  const absl::Span<const TokenId> ids = list_.ids();
  const auto at = std::lower_bound(ids.begin(), ids.end(), id);
  return at != ids.end() && *at == id ? at - ids.begin() : -1;
}

std::optional<double> Candidates::Logit(TokenId id) const {
  const DefaultFloatEnvironment environment;
  if (dense_form_) {
    if (!InRow(id)) return {};
    const double logit = dense_.Value(static_cast<std::size_t>(id));
    if (logit == kRemoved) return {};
    return WithOneZero(logit);
  }
  const std::ptrdiff_t i = Find(id);
  if (i < 0) return {};
  return WithOneZero(list_.logits()[static_cast<std::size_t>(i)]);
}

Weight Candidates::WeightOf(TokenId id) const {
  const std::optional<double> logit = Logit(id);
  return logit.has_value() ? kernels::ComputeWeight(*logit, Max()) : 0;
}

const Candidates::Support& Candidates::support() const {
  if (support_known_) return support_;
  const double max = Max();
  Support& s = support_;
  s.list.Clear();
  s.total = 0;
  const auto add_block = [&](auto id_of, const double* logits,
                             std::size_t count) {
    Weight weights[kernels::kBlockSize];
    kernels::ComputeWeights(logits, count, max, weights);
    s.list.Reserve(count);
    if (s.weight_of.size() < s.list.size() + count) {
      s.weight_of.resize(2 * (s.list.size() + count));
    }
    Weight sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      sum += weights[i];
      s.weight_of[s.list.size()] = weights[i];
      s.list.AppendIf(weights[i] != 0, id_of(i), logits[i]);
    }
    s.total += sum;
  };
  if (dense_form_ && dense_.HasFloor()) {
    GatherSupport();
  } else if (dense_form_) {
    dense_.ForEachBlockReaching(
        max - kZeroWeightGap,
        [&](std::size_t first, const DenseRow::Block& block,
            std::size_t count) {
          const auto id_of = [first](std::size_t i) {
            return static_cast<TokenId>(first + i);
          };
          add_block(id_of, block.data(), count);
        });
  } else {
    for (std::size_t first = 0; first < list_.size();
         first += kernels::kBlockSize) {
      const auto id_of = [&](std::size_t i) { return list_.ids()[first + i]; };
      add_block(id_of, list_.logits().data() + first,
                std::min(kernels::kBlockSize, list_.size() - first));
    }
  }
  support_known_ = true;
  return s;
}

Mass Candidates::TotalMass() const {
  if (support_known_ || !dense_form_) return support().total;
  if (!total_.has_value()) total_ = SumParts(kInfinity, kInfinity).total;
  return *total_;
}

double Candidates::MeanLogit() const {
  if (!mean_offset_.has_value()) SumMoments(kInfinity, kInfinity);
  return Max() + *mean_offset_;
}

double Candidates::Entropy() const {
  const DefaultFloatEnvironment environment;
  MeanLogit();
  return Log(ToDouble(TotalMass()) * 0x1p-51) - *mean_offset_;
}

std::int64_t Candidates::Rank(TokenId id) const {
  const DefaultFloatEnvironment environment;
  const std::optional<double> logit = Logit(id);
  if (!logit.has_value()) return 0;
  if (dense_form_) {
    const auto counted = dense_.CountBefore(static_cast<std::size_t>(id));
    if (counted.has_value()) return static_cast<std::int64_t>(*counted) + 1;
  }
  std::int64_t before = 0;
  const auto count = [&](auto other, double other_logit) {
    before += other_logit > *logit ||
              (other_logit == *logit && static_cast<TokenId>(other) < id);
  };
  if (dense_form_) {
    dense_.ForEachAtLeast(*logit, count);
  } else {
    ForEach(count);
  }
  return before + 1;
}

void Candidates::Record(ProbabilityRecord& record) const {
  RecordPartsOf(support().total, record);
}

void Candidates::RecordPartsOf(Mass total, ProbabilityRecord& record) const {
  const Support& s = support();
  record.Set(s.list.ids(), s.weights(), total);
}

TokenId Candidates::AtMassByRank(Mass place) const {
  const Support& s = support();
  const kernels::Cut cut = kernels::CutAtMass(
      RankByLogit(s.list, TieOrder::kLowId), s.weights(), place + 1, select_);
  return s.list.ids()[cut.position];
}

double Candidates::CollectThreshold(std::int64_t k) const {
  // k blocks that each hold a value >= t make the k-th largest value >= t, so
  // everything in the answer, ties included, lies at or above the k-th largest
  // block maximum.
  const absl::Span<const double> maxima = dense_.BlockMaxima();
  const auto count = static_cast<std::size_t>(k);
  if (count > maxima.size()) return kLowest;
  return std::max(kernels::KthLargest(maxima, count, maxima_), kLowest);
}

bool Candidates::KeepMany(double threshold, std::int64_t wanted) {
  if (!dense_form_ || !dense_.ManyReach(threshold)) return false;
  if (wanted > 1 && !(threshold <= CollectThreshold(wanted))) return false;
  // The head is that of the set before.
  const Candidate head = Head();
  if (!dense_.RemoveBelow(threshold)) return false;
  Changed();
  head_ = head;
  return true;
}

}  // namespace sampler

// What a set of candidates answers without a change, in whichever form it is.

#include <algorithm>
#include <cmath>

#include "sampler/arithmetic/numeric.h"
#include "sampler/kernels/scan/row_scan.h"
#include "sampler/rows/candidate_set.h"

namespace sampler {
namespace {

double KthLargest(absl::Span<const double> values, std::size_t k,
                  kernels::SelectScratch& scratch) {
  if (k == 1) return kernels::MaxOf(values.data(), values.size());
  return kernels::CutAtCount({values}, k, scratch).value;
}

}  // namespace

RowStatus CandidateSet::status() const {
  const RowStatus status = dense_form_ ? dense_.status() : list_status_;
  if (status != RowStatus::kOk) return status;
  const bool empty = dense_form_ ? dense_.empty() : list_.size() == 0;
  return empty ? RowStatus::kNoCandidate : RowStatus::kOk;
}

std::int64_t CandidateSet::Count() const {
  return static_cast<std::int64_t>(dense_form_ ? dense_.finite_count()
                                               : list_.size());
}

bool CandidateSet::HasMoreThan(std::int64_t count) const {
  const auto n = static_cast<std::size_t>(count);
  return dense_form_ ? dense_.HasMoreThan(n) : list_.size() > n;
}

Candidate CandidateSet::Likeliest() const {
  if (likeliest_.has_value()) return *likeliest_;
  if (dense_form_) {
    likeliest_ = Candidate{static_cast<TokenId>(dense_.FirstOfMax()),
                           WithOneZero(dense_.Max())};
  } else {
    // The first of equal maxima has the lowest id, because ids ascend.
    const absl::Span<const double> logits = list_.logits();
    const double max = kernels::MaxOf(logits.data(), logits.size());
    const std::size_t at =
        kernels::FindFirst(logits.data(), logits.size(), max);
    likeliest_ = Candidate{list_.ids()[at], WithOneZero(max)};
  }
  return *likeliest_;
}

std::ptrdiff_t CandidateSet::Find(TokenId id) const {
  const absl::Span<const TokenId> ids = list_.ids();
  const auto at = std::lower_bound(ids.begin(), ids.end(), id);
  return at != ids.end() && *at == id ? at - ids.begin() : -1;
}

std::optional<double> CandidateSet::Logit(TokenId id) const {
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

TokenId CandidateSet::IdLimit() const {
  if (dense_form_) return static_cast<TokenId>(dense_.size());
  return list_.size() == 0 ? 0 : list_.ids().back() + 1;
}

void CandidateSet::VisitRuns(DenseRow::RunVisitor f) const {
  if (dense_form_) {
    dense_.VisitRuns(f);
  } else if (list_.size() != 0) {
    f(list_.ids(), list_.logits());
  }
}

void CandidateSet::Gather(const LogitRange& range, CandidateList& out) const {
  if (dense_form_) {
    dense_.GatherInside(range.low, range.high, out);
    return;
  }
  if (range.low <= kLowestLogit && range.high == -kRemoved) {
    out.CopyFrom(list_);
    return;
  }
  out.Clear();
  out.Reserve(list_.size() + 1);
  for (std::size_t i = 0; i < list_.size(); ++i) {
    const double logit = list_.logits()[i];
    out.AppendIf(range.Contains(logit), list_.ids()[i], logit);
  }
}

absl::Span<const double> CandidateSet::BlockMaxima() const {
  if (dense_form_) return dense_.BlockMaxima();
  const absl::Span<const double> logits = list_.logits();
  maxima_.resize(std::max(maxima_.size(), kernels::BlockCount(logits.size())));
  std::size_t blocks = 0;
  for (std::size_t i = 0; i < logits.size(); i += kernels::kBlockSize) {
    const absl::Span<const double> block =
        logits.subspan(i, kernels::kBlockSize);
    maxima_[blocks++] = kernels::MaxOf(block.data(), block.size());
  }
  return {maxima_.data(), blocks};
}

void CandidateSet::GatherStored(DenseRow::StoredGather gather,
                                CandidateList& out) const {
  if (dense_form_) {
    dense_.GatherStored(gather, out);
    return;
  }
  out.Fill(list_.size() + kernels::kGatherSlack,
           [&](TokenId* ids, double* logits) {
             const std::size_t found = gather(ids, logits);
             for (std::size_t i = 0; i < found; ++i) {
               ids[i] = list_.ids()[static_cast<std::size_t>(ids[i])];
             }
             return found;
           });
}

double CandidateSet::RoughFloorOfTop(std::int64_t k) const {
  if (!dense_form_) return kLowestLogit;
  // k blocks that each hold a value >= t make the k-th largest value >= t, so
  // everything in the answer, ties included, lies at or above the k-th largest
  // block maximum.
  const absl::Span<const double> maxima = dense_.BlockMaxima();
  const auto count = static_cast<std::size_t>(k);
  if (count > maxima.size()) return kLowestLogit;
  return std::max(KthLargest(maxima, count, select_), kLowestLogit);
}

double CandidateSet::LowerBoundOfTop(std::int64_t k) const {
  if (dense_form_) return RoughFloorOfTop(k);
  const auto count = static_cast<std::size_t>(k);
  return count < list_.size() ? KthLargest(list_.logits(), count, select_)
                              : kLowestLogit;
}

// ---- Passes by slot -------------------------------------------------------

StoredValues CandidateSet::stored() const {
  if (!dense_form_) {
    return {.values = Logits(list_.logits()),
            .scales = {},
            .floor = kRemoved,
            .edited = {},
            .edit_masks = nullptr};
  }
  const absl::Span<const std::uint32_t> edited = dense_.edited_ids();
  return {.values = dense_.unedited(),
          .scales = dense_.pending_scales(),
          .floor = dense_.floor(),
          .edited = edited,
          .edit_masks = edited.empty() ? nullptr : dense_.edit_masks().data()};
}

DenseRow::StoredInterval CandidateSet::Stored(const LogitRange& range) const {
  if (dense_form_) return dense_.Stored(range.low, range.high);
  return {{range.low, range.high}, true};
}

absl::Span<const double> CandidateSet::LoadBlock(std::size_t block,
                                                 Block& buffer) const {
  if (dense_form_) {
    const std::size_t count = dense_.LoadBlock(block, buffer);
    return {buffer.data(), count};
  }
  return list_.logits().subspan(block * kernels::kBlockSize,
                                kernels::kBlockSize);
}

}  // namespace sampler

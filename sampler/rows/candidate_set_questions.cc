// What a set of candidates answers without a change, in whichever form it is.

#include <algorithm>

#include "sampler/arithmetic/numeric.h"
#include "sampler/kernels/scan/row_scan.h"
#include "sampler/rows/candidate_set.h"

namespace sampler {
namespace {

// REQUIRES: 1 <= k <= values.size().
double KthLargest(absl::Span<const double> values, std::size_t k,
                  kernels::SelectScratch& scratch) {
  if (k == 1) return kernels::MaxOf(values.data(), values.size());
  return kernels::CutAtCount({values}, k, scratch).value;
}

}  // namespace

RowStatus CandidateSet::status() const {
  const RowStatus status = dense_form_ ? dense_.status() : list_.status();
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
  if (!likeliest_.has_value()) {
    likeliest_ =
        dense_form_
            ? Candidate{static_cast<TokenId>(dense_.FirstOfMax()), dense_.Max()}
            : list_.Likeliest();
    // -0 and 0 compare alike, so what is shown must not tell them apart.
    likeliest_->logit = WithOneZero(likeliest_->logit);
  }
  return *likeliest_;
}

std::optional<double> CandidateSet::Logit(TokenId id) const {
  if (dense_form_) {
    if (!InRow(id)) return {};
    const double logit = dense_.Value(static_cast<std::size_t>(id));
    if (logit == kRemoved) return {};
    return WithOneZero(logit);
  }
  const std::optional<double> logit = list_.Logit(id);
  if (!logit.has_value()) return {};
  return WithOneZero(*logit);
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
  } else {
    list_.Gather(range, out);
  }
}

absl::Span<const double> CandidateSet::BlockMaxima() const {
  return dense_form_ ? dense_.BlockMaxima() : list_.BlockMaxima();
}

void CandidateSet::GatherStored(DenseRow::StoredGather gather,
                                CandidateList& out) const {
  if (dense_form_) {
    dense_.GatherStored(gather, out);
  } else {
    list_.GatherStored(gather, out);
  }
}

double CandidateSet::RoughFloorOfTop(std::int64_t k) const {
  if (!dense_form_) return kLowestLogit;  // Its maxima cost a pass.
  // k blocks that each hold a value >= t make the k-th largest value >= t, so
  // everything in the answer, ties included, lies at or above what k block
  // maxima reach.
  const absl::Span<const double> maxima = dense_.BlockMaxima();
  const auto count = static_cast<std::size_t>(k);
  if (count > maxima.size()) return kLowestLogit;
  const double floor = count == 1
                           ? kernels::MaxOf(maxima.data(), maxima.size())
                           : kernels::RoughFloorOf(maxima, count, select_);
  return std::max(floor, kLowestLogit);
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
  const ScaledRow& unedited = dense_.unedited();
  const EditOverlay& edits = dense_.edits();
  return {.values = unedited.stored(),
          .scales = unedited.factors(),
          .floor = unedited.floor(),
          .edited = edits.ids(),
          .edit_masks = edits.empty() ? nullptr : edits.masks().data()};
}

StoredInterval CandidateSet::Stored(const LogitRange& range) const {
  if (dense_form_) return dense_.unedited().Stored(range.low, range.high);
  return {{range.low, range.high}, true};
}

absl::Span<const double> CandidateSet::LoadBlock(std::size_t block,
                                                 Block& buffer) const {
  if (dense_form_) {
    const std::size_t count = dense_.LoadBlock(block, buffer);
    return {buffer.data(), count};
  }
  return list_.Block(block);
}

}  // namespace sampler

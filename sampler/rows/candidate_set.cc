#include "sampler/rows/candidate_set.h"

#include <algorithm>
#include <cmath>

#include "sampler/arithmetic/numeric.h"
#include "sampler/kernels/scan/row_scan.h"

namespace sampler {
namespace {

// Keep removes up to so many ties from a dense row one by one. With more of
// them a list of the survivors costs less.
constexpr std::size_t kFewTies = 64;

double KthLargest(absl::Span<const double> values, std::size_t k,
                  kernels::SelectScratch& scratch) {
  if (k == 1) return kernels::MaxOf(values.data(), values.size());
  return kernels::CutAtCount({values}, k, scratch).value;
}

// Removes these ids from a list. REQUIRES: `ids` ascend.
void RemoveFrom(absl::Span<const TokenId> ids, CandidateList& list) {
  auto next = ids.begin();
  list.Filter([&](std::size_t i) {
    while (next != ids.end() && *next < list.ids()[i]) ++next;
    return next == ids.end() || *next != list.ids()[i];
  });
}

}  // namespace

// ---- Changes --------------------------------------------------------------

void CandidateSet::Begin(Logits row, DenseRow::Scan scan) {
  ++begins_;
  dense_.Reset(row, scan);
  dense_form_ = true;
  list_status_ = RowStatus::kOk;
  Changed();
}

void CandidateSet::Reject(RowStatus status) {
  list_.Clear();
  dense_form_ = false;
  list_status_ = status;
  Changed();
}

void CandidateSet::ResetTo(absl::Span<const TokenId> ids,
                           absl::Span<const double> logits) {
  list_.Clear();
  list_.Reserve(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    list_.AppendIf(true, ids[i], logits[i]);
  }
  list_status_ = RowStatus::kOk;
  dense_form_ = false;
  Changed();
}

void CandidateSet::Remove(TokenId id) {
  Edit(id, [](double) { return kRemoved; });
}

void CandidateSet::RemoveAllBut(absl::Span<const TokenId> ids) {
  spare_.Clear();
  for (const TokenId id : ids) {
    const std::optional<double> logit = Logit(id);
    if (logit.has_value()) spare_.Append(id, *logit);
  }
  BecomeList(spare_);
}

void CandidateSet::RemoveAll(absl::Span<const TokenId> ids) {
  if (dense_form_) {
    for (const TokenId id : ids) Remove(id);
    return;
  }
  RemoveFrom(ids, list_);
  Changed();
}

void CandidateSet::TransformRuns(DenseRow::RunTransform f) {
  if (dense_form_ && dense_.HasFloor()) ToList(kLowestLogit);
  if (dense_form_) {
    dense_.TransformRuns(f);
  } else {
    for (std::size_t i = 0; i < list_.size(); i += kernels::kBlockSize) {
      const absl::Span<double> run =
          list_.mutable_logits().subspan(i, kernels::kBlockSize);
      f(list_.ids().subspan(i, kernels::kBlockSize), run);
      for (const double logit : run) NoteInList(logit);
    }
    DropRemovedFromList();
  }
  Changed();
}

void CandidateSet::LoadEach(absl::Span<const TokenId> ids,
                            double* logits) const {
  if (dense_form_) {
    dense_.LoadEach(ids, logits);
    return;
  }
  std::fill_n(logits, ids.size(), kRemoved);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::ptrdiff_t at = Find(ids[i]);
    if (at >= 0) logits[i] = list_.logits()[static_cast<std::size_t>(at)];
  }
}

void CandidateSet::StoreEach(absl::Span<const TokenId> ids,
                             const double* before, const double* after) {
  if (dense_form_) {
    dense_.StoreEach(ids, before, after);
    Changed();
    return;
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    Edit(ids[i], [&](double) { return after[i]; });
  }
}

void CandidateSet::Scale(double factor) {
  if (!dense_form_) {
    Transform([=](TokenId, double logit) { return logit * factor; });
    return;
  }
  dense_.Scale(factor);
  Changed();
}

void CandidateSet::SetInList(std::size_t i, double logit) {
  Changed();
  NoteInList(logit);
  list_.mutable_logits()[i] = logit;
  if (logit == kRemoved) {
    list_.Filter([i](std::size_t j) { return j != i; });
  }
}

void CandidateSet::NoteInList(double logit) {
  if (std::isnan(logit)) {
    list_status_ = RowStatus::kNan;
  } else if (logit == -kRemoved && list_status_ == RowStatus::kOk) {
    list_status_ = RowStatus::kInfinite;
  }
}

void CandidateSet::DropRemovedFromList() {
  list_.Filter([this](std::size_t i) { return list_.logits()[i] != kRemoved; });
}

// ---- Truncations ----------------------------------------------------------

void CandidateSet::BecomeList(CandidateList& list) {
  list_.Exchange(list);
  if (dense_form_) list_status_ = dense_.status();
  dense_form_ = false;
  Changed();
}

void CandidateSet::ToList(double threshold) {
  if (!dense_form_) return;
  dense_.GatherInside(threshold, -kRemoved, list_);
  list_status_ = dense_.status();
  dense_form_ = false;
  Changed();
}

bool CandidateSet::CutInPlace(double threshold) {
  if (!ManyReach(threshold)) return false;
  // The likeliest candidate stays, so its answer stays valid.
  const Candidate likeliest = Likeliest();
  if (!dense_.RemoveBelow(threshold)) return false;
  Changed();
  likeliest_ = likeliest;
  return true;
}

void CandidateSet::Keep(const Survivors& survivors) {
  if (survivors.list != nullptr) {
    BecomeList(*survivors.list);
    return;
  }
  const absl::Span<const TokenId> except = survivors.except;
  if (except.size() <= kFewTies && CutInPlace(survivors.threshold)) {
    for (const TokenId id : except) Remove(id);
    return;
  }
  Gather(AtLeast(survivors.threshold), spare_);
  RemoveFrom(except, spare_);
  BecomeList(spare_);
}

// ---- Questions ------------------------------------------------------------

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

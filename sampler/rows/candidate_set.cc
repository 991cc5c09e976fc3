#include "sampler/rows/candidate_set.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "sampler/arithmetic/numeric.h"
#include "sampler/kernels/scan/row_scan.h"

namespace sampler {
namespace {

// Keep removes ties from a dense row one by one up to so many, or one in so
// many slots (rows of 16-bit numbers have hundreds at the end of a large
// nucleus). With more of them a list of the survivors costs less.
constexpr std::size_t kFewTies = 64;
constexpr std::size_t kTiesOfARow = 64;

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
  if (!dense_form_) {
    RemoveFrom(ids, list_);
    Changed();
    return;
  }
  constexpr std::size_t kBatch = 64;
  double before[kBatch];
  double after[kBatch];
  std::fill(std::begin(after), std::end(after), kRemoved);
  for (std::size_t first = 0; first < ids.size(); first += kBatch) {
    const absl::Span<const TokenId> part = ids.subspan(first, kBatch);
    LoadEach(part, before);
    StoreEach(part, before, after);
  }
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
  if (except.size() <= std::max(kFewTies, slots() / kTiesOfARow) &&
      CutInPlace(survivors.threshold)) {
    RemoveAll(except);
    return;
  }
  Gather(AtLeast(survivors.threshold), spare_);
  RemoveFrom(except, spare_);
  BecomeList(spare_);
}

// ---- Questions ------------------------------------------------------------

}  // namespace sampler

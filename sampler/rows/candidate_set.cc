#include "sampler/rows/candidate_set.h"

#include <algorithm>
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

}  // namespace

// ---- Changes --------------------------------------------------------------

void CandidateSet::Begin(Logits row, DenseRow::Scan scan) {
  ++begins_;
  dense_.Reset(row, scan);
  dense_form_ = true;
  Changed();
}

void CandidateSet::Reject(RowStatus status) {
  list_.Restart(status);
  dense_form_ = false;
  Changed();
}

void CandidateSet::ResetTo(absl::Span<const TokenId> ids,
                           absl::Span<const double> logits) {
  CandidateList& list = list_.Restart(RowStatus::kOk);
  list.Reserve(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) list.Append(ids[i], logits[i]);
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

void CandidateSet::RemoveUnmasked(TokenMask mask, MaskPadding padding,
                                  std::size_t allowed) {
  if (dense_form_) {
    dense_.RemoveUnmasked(mask, padding, allowed);
    Changed();
    return;
  }
  Transform([&](TokenId id, double logit) {
    if (mask.Allows(static_cast<std::size_t>(id), padding)) return logit;
    return kRemoved;
  });
}

void CandidateSet::RemoveAll(absl::Span<const TokenId> ids) {
  if (!dense_form_) {
    list_.RemoveAll(ids);
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
  // What a floor leaves is a part of the row, and a list of it costs less than
  // a row of doubles.
  if (dense_form_ && dense_.unedited().HasFloor()) ToList(kLowestLogit);
  if (dense_form_) {
    dense_.TransformRuns(f);
  } else {
    list_.TransformRuns(f);
  }
  Changed();
}

void CandidateSet::LoadEach(absl::Span<const TokenId> ids,
                            double* logits) const {
  if (dense_form_) {
    dense_.LoadEach(ids, logits);
  } else {
    list_.LoadEach(ids, logits);
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

// ---- Truncations ----------------------------------------------------------

void CandidateSet::BecomeList(CandidateList& list) {
  list_.TakeOver(list, dense_form_ ? dense_.status() : list_.status());
  dense_form_ = false;
  Changed();
}

void CandidateSet::ToList(double threshold) {
  if (!dense_form_) return;
  dense_.GatherInside(threshold, -kRemoved, list_.Restart(dense_.status()));
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
  ListRow::RemoveFrom(except, spare_);
  BecomeList(spare_);
}

}  // namespace sampler

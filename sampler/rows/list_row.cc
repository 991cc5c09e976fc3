#include "sampler/rows/list_row.h"

#include <cmath>

#include "sampler/kernels/gather.h"
#include "sampler/kernels/scan/row_scan.h"

namespace sampler {

using kernels::kBlockSize;

void ListRow::RemoveFrom(absl::Span<const TokenId> ids, CandidateList& list) {
  auto next = ids.begin();
  list.Filter([&](std::size_t i) {
    while (next != ids.end() && *next < list.ids()[i]) ++next;
    return next == ids.end() || *next != list.ids()[i];
  });
}

void ListRow::TransformRuns(DenseRow::RunTransform f) {
  for (std::size_t i = 0; i < list_.size(); i += kBlockSize) {
    const absl::Span<double> run =
        list_.mutable_logits().subspan(i, kBlockSize);
    f(list_.ids().subspan(i, kBlockSize), run);
    for (const double logit : run) Note(logit);
  }
  list_.Filter([this](std::size_t i) { return list_.logits()[i] != kRemoved; });
}

void ListRow::LoadEach(absl::Span<const TokenId> ids, double* logits) const {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    logits[i] = Logit(ids[i]).value_or(kRemoved);
  }
}

Candidate ListRow::Likeliest() const {
  // The first of equal maxima has the lowest id, because ids ascend.
  const absl::Span<const double> logits = list_.logits();
  const double max = kernels::MaxOf(logits.data(), logits.size());
  const std::size_t at = kernels::FindFirst(logits.data(), logits.size(), max);
  return {list_.ids()[at], max};
}

void ListRow::Gather(const LogitRange& range, CandidateList& out) const {
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

void ListRow::GatherStored(DenseRow::StoredGather gather,
                           CandidateList& out) const {
  out.Fill(list_.size() + kernels::kGatherSlack,
           [&](TokenId* ids, double* logits) {
             const std::size_t found = gather(ids, logits);
             for (std::size_t i = 0; i < found; ++i) {
               ids[i] = list_.ids()[static_cast<std::size_t>(ids[i])];
             }
             return found;
           });
}

absl::Span<const double> ListRow::BlockMaxima() const {
  const std::size_t blocks = kernels::BlockCount(list_.size());
  maxima_.resize(std::max(maxima_.size(), blocks));
  for (std::size_t b = 0; b < blocks; ++b) {
    const absl::Span<const double> logits = Block(b);
    maxima_[b] = kernels::MaxOf(logits.data(), logits.size());
  }
  return {maxima_.data(), blocks};
}

std::optional<std::size_t> ListRow::Find(TokenId id) const {
  const absl::Span<const TokenId> ids = list_.ids();
  const auto at = std::lower_bound(ids.begin(), ids.end(), id);
  if (at == ids.end() || *at != id) return {};
  return static_cast<std::size_t>(at - ids.begin());
}

void ListRow::Set(std::size_t i, double logit) {
  Note(logit);
  list_.mutable_logits()[i] = logit;
  if (logit == kRemoved) {
    list_.Filter([i](std::size_t j) { return j != i; });
  }
}

void ListRow::Note(double logit) {
  if (std::isnan(logit)) {
    status_ = RowStatus::kNan;
  } else if (logit == -kRemoved && status_ == RowStatus::kOk) {
    status_ = RowStatus::kInfinite;
  }
}

}  // namespace sampler

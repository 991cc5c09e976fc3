// A row as the list of the tokens that are left: what a truncation makes of a
// dense row (dense_row.h). It answers what a dense row answers, by place in the
// list where that one goes by id.
//
// Invariants: ids ascend; logits are finite, unless status() says otherwise.
// Thread-safety: one thread at a time.
// Cost: a look-up is O(log n), and so is an edit that does not remove; all else
//   is a pass over the list. No allocation once the memory has grown.
// Tested by: tests/rows/candidate_set_test.cc.

#ifndef SAMPLER_ROWS_LIST_ROW_H_
#define SAMPLER_ROWS_LIST_ROW_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/kernels/block.h"
#include "sampler/row_status.h"
#include "sampler/rows/candidate_list.h"
#include "sampler/rows/dense_row.h"
#include "sampler/rows/logit_range.h"

namespace sampler {

class ListRow {
 public:
  using Stretch = DenseRow::Stretch;

  // Starts over on an empty list, which the caller fills. REQUIRES: of what it
  // appends, ids ascend and logits are finite.
  CandidateList& Restart(RowStatus status) {
    list_.Clear();
    status_ = status;
    return list_;
  }

  // Starts over on the entries of `list`, which gets the old ones' memory.
  void TakeOver(CandidateList& list, RowStatus status) {
    list_.Exchange(list);
    status_ = status;
  }

  const CandidateList& list() const { return list_; }
  std::size_t size() const { return list_.size(); }
  absl::Span<const TokenId> ids() const { return list_.ids(); }
  absl::Span<const double> logits() const { return list_.logits(); }

  // What Restart or TakeOver were given, or what a change produced.
  RowStatus status() const { return status_; }

  // Replaces the logit l of `id` by f(l), which may be kRemoved. Returns false,
  // and changes nothing, if `id` is not in the list.
  template <typename F>
  bool Edit(TokenId id, F f) {
    const std::optional<std::size_t> at = Find(id);
    if (!at.has_value()) return false;
    Set(*at, f(list_.logits()[*at]));
    return true;
  }

  // Calls f(list), which may remove entries.
  template <typename F>
  void Narrow(F f) {
    f(list_);
  }

  // Removes the ids that are in the list. REQUIRES: `ids` ascend.
  void RemoveAll(absl::Span<const TokenId> ids) { RemoveFrom(ids, list_); }

  // The same of any list.
  static void RemoveFrom(absl::Span<const TokenId> ids, CandidateList& list);

  // As DenseRow::TransformRuns.
  void TransformRuns(DenseRow::RunTransform f);

  // Writes the logits of `ids`, and kRemoved for ids that are not in the list.
  void LoadEach(absl::Span<const TokenId> ids, double* logits) const;

  // The logit of `id`; empty if it is not in the list.
  std::optional<double> Logit(TokenId id) const {
    const std::optional<std::size_t> at = Find(id);
    if (!at.has_value()) return {};
    return list_.logits()[*at];
  }

  // The entry with the largest logit; of equals, the first. REQUIRES: there is
  // one.
  Candidate Likeliest() const;

  // Replaces `out` by the entries in `range`.
  void Gather(const LogitRange& range, CandidateList& out) const;

  // As DenseRow::GatherStored, with places in the list for ids.
  void GatherStored(DenseRow::StoredGather gather, CandidateList& out) const;

  // The largest logit of every block of 64 places; until the next question.
  absl::Span<const double> BlockMaxima() const;

  // The logits of one block of 64 places.
  absl::Span<const double> Block(std::size_t block) const {
    return list_.logits().subspan(block * kernels::kBlockSize,
                                  kernels::kBlockSize);
  }

  // Calls f(id, logit) for every logit >= threshold.
  template <typename F>
  void ForEachAtLeast(double threshold, F f) const {
    for (std::size_t i = 0; i < list_.size(); ++i) {
      if (list_.logits()[i] < threshold) continue;
      f(list_.ids()[i], list_.logits()[i]);
    }
  }

  // Calls f(first_place, logits, count) for every block.
  template <typename F>
  void ForEachBlock(F f) const {
    for (std::size_t i = 0; i < list_.size(); i += kernels::kBlockSize) {
      f(i, list_.logits().data() + i,
        std::min(kernels::kBlockSize, list_.size() - i));
    }
  }

  // Calls f(first_place, stretch) for every stretch; the last is filled up with
  // -inf.
  template <typename F>
  void ForEachStretch(F f) const {
    Stretch stretch;
    for (std::size_t i = 0; i < list_.size(); i += stretch.size()) {
      const std::size_t count = std::min(stretch.size(), list_.size() - i);
      std::copy_n(list_.logits().data() + i, count, stretch.data());
      std::fill(stretch.data() + count, stretch.data() + stretch.size(),
                kRemoved);
      f(i, stretch);
    }
  }

 private:
  // The place of `id`; empty if it is not in the list.
  std::optional<std::size_t> Find(TokenId id) const;

  // Replaces the logit at place i; kRemoved removes the entry.
  void Set(std::size_t i, double logit);

  // Sets status_ if `logit`, which a change produced, is NaN or +inf.
  void Note(double logit);

  CandidateList list_;
  RowStatus status_ = RowStatus::kOk;
  mutable std::vector<double> maxima_;
};

}  // namespace sampler

#endif  // SAMPLER_ROWS_LIST_ROW_H_

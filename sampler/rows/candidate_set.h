// Which tokens are left, and their logits. It knows no mass, no bound, and of
// the total order only who comes first.
//
// The set starts as the dense row (dense_row.h: the caller's logits under a
// sparse overlay of edits and pending scales), and becomes a list as soon as a
// truncation leaves few; where many stay, the dense row gets a floor. This is
// the one place that knows which of the two forms is current. Whoever passes
// over the set sees slots: places in the dense row, or in the list.
//
// What others remember of a set is true as long as generation() is the same.
//
// Thread-safety: one thread at a time; lives in a Workspace.
// Invariants: exactly one form is current (`dense_form_`); list ids ascend; the
//   list holds finite logits, unless its status says otherwise.
// Cost: an edit or a look-up is O(1) in the dense form, O(log n) in a list;
//   Count, Likeliest and status cost O(V / 64) after a change. No allocation
//   once the memory has grown.
// Tested by: tests/rows/candidate_set_test.cc,
// tests/candidates/candidates_test.cc.

#ifndef SAMPLER_ROWS_CANDIDATE_SET_H_
#define SAMPLER_ROWS_CANDIDATE_SET_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/logits.h"
#include "sampler/row_status.h"
#include "sampler/rows/candidate_list.h"
#include "sampler/rows/dense_row.h"
#include "sampler/rows/logit_range.h"
#include "sampler/rows/survivors.h"

namespace sampler {

// A set as it is stored, for passes in float32: the numbers by slot, and what
// becomes of them.
struct StoredValues {
  Logits values;
  absl::Span<const double> scales;  // Each multiplies every value in turn.
  double floor;                     // Values below it are removed.
  // Slots that have other values (CandidateSet::LogitOfSlot), and the same by
  // block of 64 slots; null where there are none.
  absl::Span<const std::uint32_t> edited;
  const std::uint64_t* edit_masks;
};

class CandidateSet {
 public:
  using Block = DenseRow::Block;
  using Stretch = DenseRow::Stretch;

  CandidateSet() = default;
  CandidateSet(const CandidateSet&) = delete;
  CandidateSet& operator=(const CandidateSet&) = delete;

  // ---- Changes ----------------------------------------------------------

  // Starts over on `row`, which must stay unchanged while the set is used.
  void Begin(Logits row);

  // Starts over on nothing, with this status.
  void Reject(RowStatus status);

  // Starts over on exactly these. REQUIRES: ids ascend, logits are finite.
  void SetTo(absl::Span<const TokenId> ids, absl::Span<const double> logits);

  // Replaces the logit l of `id` by f(l), if `id` is a candidate; -inf removes.
  template <typename F>
  void Edit(TokenId id, F f) {
    if (!dense_form_) {
      const std::ptrdiff_t i = Find(id);
      if (i < 0) return;
      const auto at = static_cast<std::size_t>(i);
      SetInList(at, f(list_.logits()[at]));
    } else if (InRow(id) && dense_.Edit(static_cast<std::size_t>(id), f)) {
      Changed();
    }
  }

  void Remove(TokenId id);

  // Removes every token that `ids` (ascending, distinct) does not list. Cost:
  // a look-up for each of them.
  void RemoveAllBut(absl::Span<const TokenId> ids);

  // Removes these (ascending) of its candidates.
  void RemoveAll(absl::Span<const TokenId> ids);

  // Removes every candidate for which stays(id) is false. Cost: a pass.
  template <typename F>
  void RemoveUnless(F stays) {
    if (dense_form_) {
      Transform([&](TokenId id, double logit) {
        return stays(id) ? logit : kRemoved;
      });
      return;
    }
    list_.Filter([&](std::size_t i) { return stays(list_.ids()[i]); });
    Changed();
  }

  // Multiplies every logit by `factor` > 0.
  void Scale(double factor);

  // Replaces every logit l by f(id, l); -inf removes.
  template <typename F>
  void Transform(F f) {
    TransformRuns(
        [&](absl::Span<const TokenId> ids, absl::Span<double> logits) {
          for (std::size_t i = 0; i < ids.size(); ++i) {
            if (!IsRemoved(logits[i])) logits[i] = f(ids[i], logits[i]);
          }
        });
  }

  // The same by runs of at most kernels::kBlockSize: f(ids, logits) replaces
  // the logits, and leaves those that are kRemoved. REQUIRES: f is a function
  // of its arguments; it may be asked twice.
  void TransformRuns(DenseRow::RunTransform f);

  // The logits of `ids`, kRemoved for those that are no candidates; and back:
  // before[i] becomes after[i], unless it is kRemoved. REQUIRES: no id occurs
  // twice.
  void LoadEach(absl::Span<const TokenId> ids, double* logits) const;
  void StoreEach(absl::Span<const TokenId> ids, const double* before,
                 const double* after);

  // ---- Truncations ------------------------------------------------------

  // Leaves these. Cost: as CutInPlace where that is possible, else a pass.
  void Keep(const Survivors& survivors);

  // Makes the set a list, and removes every candidate below `threshold`. Does
  // nothing if the set is a list already.
  void ToList(double threshold);

  // Calls f(list), which filters the list of all candidates. REQUIRES: the set
  // is a list (ToList).
  template <typename F>
  void NarrowList(F f) {
    f(list_);
    Changed();
  }

  // If many candidates reach `threshold`, removes the others where they are and
  // returns true: this costs less than a list. Else changes nothing and returns
  // false. REQUIRES: a candidate reaches `threshold`.
  bool CutInPlace(double threshold);

  // Would it? Cost: O(1), by a sample.
  bool ManyReach(double threshold) const {
    return dense_form_ && dense_.ManyReach(threshold);
  }

  // ---- Questions --------------------------------------------------------

  // kOk, or why there is no candidate.
  RowStatus status() const;

  // Changes whenever the set does.
  std::uint64_t generation() const { return generation_; }

  std::int64_t Count() const;

  // Count() > count, without counting where that can be told.
  bool HasMoreThan(std::int64_t count) const;

  // The first candidate of the total order. REQUIRES: status() is kOk (also
  // below).
  Candidate Likeliest() const;
  double Max() const { return Likeliest().logit; }

  // Logit of a candidate; empty for other tokens.
  std::optional<double> Logit(TokenId id) const;

  // All ids lie below.
  TokenId IdLimit() const;

  // Calls f(id, logit) for every candidate with logit >= threshold, in id
  // order.
  template <typename F>
  void ForEachReaching(double threshold, F f) const {
    if (dense_form_) {
      dense_.ForEachAtLeast(threshold, [&](std::size_t id, double logit) {
        f(static_cast<TokenId>(id), logit);
      });
      return;
    }
    for (std::size_t i = 0; i < list_.size(); ++i) {
      if (list_.logits()[i] < threshold) continue;
      f(list_.ids()[i], list_.logits()[i]);
    }
  }

  // Calls f(ids, logits) for runs of candidates, all of them in id order.
  void VisitRuns(DenseRow::RunVisitor f) const;

  // How many candidates come before `id` in the total order, if a pass without
  // conversions can tell (DenseRow::CountBefore). REQUIRES: `id` is one.
  std::optional<std::size_t> CountBefore(TokenId id) const {
    if (!dense_form_) return {};
    return dense_.CountBefore(static_cast<std::size_t>(id));
  }

  // Starts `out` over on the candidates in `range`. Its low end is finite.
  void Gather(const LogitRange& range, CandidateList& out) const;

  // A logit that the first k candidates of the total order all reach, as high
  // as block maxima can tell; of a list, the lowest number. REQUIRES: k >= 1.
  // Cost: O(V / 64).
  double RoughFloorOfTop(std::int64_t k) const;

  // The same, but close also for a list. Cost: linear in its length.
  double FloorOfTop(std::int64_t k) const;

  // ---- Passes by slot ---------------------------------------------------

  std::size_t slots() const {
    return dense_form_ ? dense_.size() : list_.size();
  }

  // Is slot i the token i?
  bool SlotsAreIds() const { return dense_form_; }

  // Does a floor remove some of what is stored? Then gathering what is left
  // costs less than passing over all slots.
  bool HasFloor() const { return dense_form_ && dense_.HasFloor(); }

  TokenId IdOfSlot(std::size_t slot) const {
    return dense_form_ ? static_cast<TokenId>(slot) : list_.ids()[slot];
  }
  double LogitOfSlot(std::size_t slot) const {
    return dense_form_ ? dense_.Value(slot) : list_.logits()[slot];
  }

  StoredValues stored() const;

  // What a range means for stored values (DenseRow::Stored).
  DenseRow::StoredInterval Stored(const LogitRange& range) const;

  // The logits of block `block` of 64 slots, -inf for what is removed: a view
  // of the set or of `buffer`.
  absl::Span<const double> LoadBlock(std::size_t block, Block& buffer) const;

  // Calls f(first_slot, logits, count) for every block that may have a logit
  // >= threshold.
  template <typename F>
  void ForEachBlockReaching(double threshold, F f) const {
    if (dense_form_) {
      dense_.ForEachBlockReaching(
          threshold, [&](std::size_t first, const Block& block,
                         std::size_t count) { f(first, block.data(), count); });
      return;
    }
    for (std::size_t i = 0; i < list_.size(); i += kernels::kBlockSize) {
      f(i, list_.logits().data() + i,
        std::min(kernels::kBlockSize, list_.size() - i));
    }
  }

  // Calls f(first_slot, stretch) for every stretch of kStretchSize slots that
  // may have a logit >= threshold, filled up with -inf.
  template <typename F>
  void ForEachStretchReaching(double threshold, F f) const {
    if (dense_form_) {
      dense_.ForEachStretchReaching(threshold, f);
      return;
    }
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
  // Position of `id` in the list, or -1.
  std::ptrdiff_t Find(TokenId id) const;

  bool InRow(TokenId id) const {
    return id >= 0 && static_cast<std::size_t>(id) < dense_.size();
  }

  // Makes `list`, which takes this one's memory, the set.
  void BecomeList(CandidateList& list);
  void SetInList(std::size_t i, double logit);
  // Takes note of a NaN or +inf that a change has put into the list.
  void NoteInList(double logit);
  void DropRemovedFromList();

  void Changed() {
    ++generation_;
    likeliest_.reset();
  }

  DenseRow dense_;
  CandidateList list_;
  CandidateList spare_;
  bool dense_form_ = true;
  RowStatus list_status_ = RowStatus::kOk;
  std::uint64_t generation_ = 0;
  mutable std::optional<Candidate> likeliest_;
  mutable std::vector<double> maxima_;  // Scratch.
};

}  // namespace sampler

#endif  // SAMPLER_ROWS_CANDIDATE_SET_H_

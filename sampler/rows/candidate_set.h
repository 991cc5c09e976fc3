// The tokens that are left, and their logits. Masses (exact_masses.h), bounds
// and orders (ranked.h) are computed elsewhere; of the total order this class
// knows only the first candidate.
//
// The set starts as a dense row (dense_row.h: the caller's logits, with changes
// on top), and becomes a list (list_row.h) as soon as a truncation leaves few;
// where many stay, the dense row gets a floor. Only this class knows which form
// is current. Passes over the set are by slot: a token id in the dense form, a
// place in the list in the other.
//
// Other classes may remember answers about the set while generation() stays the
// same.
//
// Thread-safety: one thread at a time; lives in a Workspace.
// Invariant: exactly one form is current (`dense_form_`).
// Cost: an edit or a look-up is O(1) in the dense form, O(log n) in a list;
//   Count, Likeliest and status cost O(V / 64) after a change. No allocation
//   once the memory has grown.
// Tested by: tests/rows/candidate_set_test.cc,
//   tests/candidates/candidates_test.cc.

#ifndef SAMPLER_ROWS_CANDIDATE_SET_H_
#define SAMPLER_ROWS_CANDIDATE_SET_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/kernels/select.h"
#include "sampler/logits.h"
#include "sampler/row_status.h"
#include "sampler/rows/candidate_list.h"
#include "sampler/rows/dense_row.h"
#include "sampler/rows/list_row.h"
#include "sampler/rows/logit_range.h"
#include "sampler/rows/scaled_row.h"
#include "sampler/rows/stored_values.h"
#include "sampler/rows/survivors.h"
#include "sampler/token_mask.h"

namespace sampler {

class CandidateSet {
 public:
  using Block = DenseRow::Block;
  using Stretch = DenseRow::Stretch;

  CandidateSet() = default;
  CandidateSet(const CandidateSet&) = delete;
  CandidateSet& operator=(const CandidateSet&) = delete;

  // ---- Changes ----------------------------------------------------------

  // Starts over on `row`, which must stay unchanged while the set is used.
  // begins() has counted this one when `scan` is called.
  void Begin(Logits row, DenseRow::Scan scan = kernels::ScanBlockMaxima);

  // Makes the set empty, with this status.
  void Reject(RowStatus status);

  // Starts over on exactly these candidates, with status kOk. REQUIRES: ids
  // ascend, logits are finite.
  void ResetTo(absl::Span<const TokenId> ids, absl::Span<const double> logits);

  // Replaces the logit l of `id` by f(l), if `id` is a candidate; -inf removes.
  template <typename F>
  void Edit(TokenId id, F f) {
    const bool edited =
        dense_form_ ? InRow(id) && dense_.Edit(static_cast<std::size_t>(id), f)
                    : list_.Edit(id, f);
    if (edited) Changed();
  }

  void Remove(TokenId id);

  // Removes every token that `ids` (ascending, distinct) does not list. Cost: a
  // look-up for each id.
  void RemoveAllBut(absl::Span<const TokenId> ids);

  // Removes these candidates. REQUIRES: `ids` are candidates and ascend.
  void RemoveAll(absl::Span<const TokenId> ids);

  // Removes every candidate that `mask` does not allow (one that it has no bit
  // for, where `padding` says so). REQUIRES: `mask` allows `allowed` tokens
  // below IdLimit(). Cost: two passes.
  void RemoveUnmasked(TokenMask mask, MaskPadding padding, std::size_t allowed);

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

  // Transform by runs of at most kernels::kBlockSize: f(ids, logits) replaces
  // the logits, and must leave logits that are kRemoved. REQUIRES: f depends on
  // its arguments alone; it may be called twice for one run.
  void TransformRuns(DenseRow::RunTransform f);

  // LoadEach reads the logits of `ids`, and kRemoved for ids that are no
  // candidates. StoreEach replaces logit before[i] by after[i], and skips ids
  // whose before[i] is kRemoved. REQUIRES: no id occurs twice.
  void LoadEach(absl::Span<const TokenId> ids, double* logits) const;
  void StoreEach(absl::Span<const TokenId> ids, const double* before,
                 const double* after);

  // ---- Truncations ------------------------------------------------------

  // Removes all but `survivors`. Cost: as CutInPlace where that is possible,
  // else a pass.
  void Keep(const Survivors& survivors);

  // Turns a dense set into a list of the candidates that reach `threshold`.
  // Does nothing, and removes nothing, if the set is a list already.
  void ToList(double threshold);

  // Calls f(list) with the list of all candidates; f may remove entries.
  // REQUIRES: the set is a list (ToList).
  template <typename F>
  void NarrowList(F f) {
    list_.Narrow(f);
    Changed();
  }

  // If many candidates reach `threshold`, removes the others by a floor under
  // the dense row, which costs less than a list, and returns true. Else changes
  // nothing and returns false. REQUIRES: a candidate reaches `threshold`.
  bool CutInPlace(double threshold);

  // Returns true if CutInPlace(threshold) would cut (with extreme scale factors
  // it may still fail).
  // Cost: O(1), by a sample.
  bool ManyReach(double threshold) const {
    return dense_form_ && dense_.ManyReach(threshold);
  }

  // ---- Questions --------------------------------------------------------

  // kOk, or why there is no candidate.
  RowStatus status() const;

  // A number that changes whenever the set changes.
  std::uint64_t generation() const { return generation_; }

  // How often the set has begun anew on a row.
  std::uint64_t begins() const { return begins_; }

  std::int64_t Count() const;

  // Returns true if Count() > count; often without counting.
  bool HasMoreThan(std::int64_t count) const;

  // The first candidate of the total order. REQUIRES: status() is kOk (also
  // below).
  Candidate Likeliest() const;
  double Max() const { return Likeliest().logit; }

  // Logit of a candidate; empty for other tokens.
  std::optional<double> Logit(TokenId id) const;

  // A bound that every candidate's id is below.
  TokenId IdLimit() const;

  // Calls f(id, logit) for every candidate with logit >= threshold, in id
  // order.
  template <typename F>
  void ForEachReaching(double threshold, F f) const {
    if (dense_form_) {
      dense_.ForEachAtLeast(threshold, [&](std::size_t id, double logit) {
        f(static_cast<TokenId>(id), logit);
      });
    } else {
      list_.ForEachAtLeast(threshold, f);
    }
  }

  // Calls f(ids, logits) for runs of candidates, all of them in id order.
  void VisitRuns(DenseRow::RunVisitor f) const;

  // Number of candidates before `id` in the total order; empty if a pass over
  // the stored numbers cannot tell (DenseRow::CountBefore). REQUIRES: `id` is a
  // candidate.
  std::optional<std::size_t> CountBefore(TokenId id) const {
    if (!dense_form_) return {};
    return dense_.CountBefore(static_cast<std::size_t>(id));
  }

  // The largest logit of every block of 64 slots; until the next question.
  // Cost: of a list, a pass.
  absl::Span<const double> BlockMaxima() const;

  // Replaces `out` by the candidates in `range`. REQUIRES: range.low is finite.
  void Gather(const LogitRange& range, CandidateList& out) const;

  // The same of what `gather` finds among stored values (stored()): as
  // DenseRow::GatherStored, with slots in place of ids.
  void GatherStored(DenseRow::StoredGather gather, CandidateList& out) const;

  // A logit that the first k candidates of the total order all reach: the k-th
  // largest block maximum, which may be far too low; for a list the lowest
  // double. REQUIRES: k >= 1.
  // Cost: O(V / 64).
  double RoughFloorOfTop(std::int64_t k) const;

  // As RoughFloorOfTop, but exact for a list. Cost for a list: linear in its
  // length.
  double LowerBoundOfTop(std::int64_t k) const;

  // ---- Passes by slot ---------------------------------------------------

  std::size_t slots() const {
    return dense_form_ ? dense_.size() : list_.size();
  }

  // Returns true if slot i holds token i: in the dense form.
  bool SlotsAreIds() const { return dense_form_; }

  // Returns true if a floor removes some of the stored numbers. Then gathering
  // the rest costs less than passing over all slots.
  bool HasFloor() const { return dense_form_ && dense_.unedited().HasFloor(); }

  TokenId IdOfSlot(std::size_t slot) const {
    return dense_form_ ? static_cast<TokenId>(slot) : list_.ids()[slot];
  }
  double LogitOfSlot(std::size_t slot) const {
    return dense_form_ ? dense_.Value(slot) : list_.logits()[slot];
  }

  StoredValues stored() const;

  // The stored numbers whose logits lie in `range`.
  StoredInterval Stored(const LogitRange& range) const;

  // The logits of block `block` of 64 slots, -inf for removed candidates. A
  // view of the set or of `buffer`.
  absl::Span<const double> LoadBlock(std::size_t block, Block& buffer) const;

  // Calls f(first_slot, logits, count) for every block that may have a logit
  // >= threshold.
  template <typename F>
  void ForEachBlockReaching(double threshold, F f) const {
    if (dense_form_) {
      dense_.ForEachBlockReaching(
          threshold, [&](std::size_t first, const Block& block,
                         std::size_t count) { f(first, block.data(), count); });
    } else {
      list_.ForEachBlock(f);
    }
  }

  // Calls f(first_slot, stretch) for every stretch of kStretchSize slots that
  // may have a logit >= threshold, filled up with -inf.
  template <typename F>
  void ForEachStretchReaching(double threshold, F f) const {
    if (dense_form_) {
      dense_.ForEachStretchReaching(threshold, f);
    } else {
      list_.ForEachStretch(f);
    }
  }

 private:
  bool InRow(TokenId id) const {
    return id >= 0 && static_cast<std::size_t>(id) < dense_.size();
  }

  // Makes the entries of `list` the set; `list` gets the old entries' memory.
  void BecomeList(CandidateList& list);

  void Changed() {
    ++generation_;
    likeliest_.reset();
  }

  DenseRow dense_;
  ListRow list_;
  CandidateList spare_;
  bool dense_form_ = true;
  std::uint64_t generation_ = 0;
  std::uint64_t begins_ = 0;
  mutable std::optional<Candidate> likeliest_;
  mutable kernels::SelectScratch select_;
};

}  // namespace sampler

#endif  // SAMPLER_ROWS_CANDIDATE_SET_H_

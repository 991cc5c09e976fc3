// The sparse form of a set of candidates: ids and logits side by side, ids
// ascending.
//
// Appending is branch-free (it writes the entry, then counts it or not),
// because a branch predictor cannot guess which elements of a row pass a
// threshold.
//
// Thread-safety: one thread at a time (part of a Workspace).
// Cost: memory for the largest list it has held; no allocation once grown.
// Tested by: tests/candidates/candidates_test.cc.

#ifndef SAMPLER_ROWS_CANDIDATE_LIST_H_
#define SAMPLER_ROWS_CANDIDATE_LIST_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "sampler/candidate.h"

namespace sampler {

class CandidateList {
 public:
  std::size_t size() const { return size_; }

  absl::Span<const TokenId> ids() const { return {ids_.data(), size_}; }
  absl::Span<const double> logits() const { return {logits_.data(), size_}; }
  absl::Span<double> mutable_logits() { return {logits_.data(), size_}; }

  void Clear() { size_ = 0; }

  // Makes room for `count` more entries.
  void Reserve(std::size_t count) {
    if (size_ + count <= ids_.size()) return;
    const std::size_t capacity = std::max(size_ + count, 2 * ids_.size());
    Grow(capacity);
  }

  // Swaps entries with `other` and gives both lists the larger capacity.
  // Otherwise a list that had grown could be swapped away, and a later step of
  // the same size would allocate again.
  void Exchange(CandidateList& other) {
    std::swap(*this, other);
    const std::size_t capacity = std::max(ids_.size(), other.ids_.size());
    for (CandidateList* const list : {this, &other}) {
      list->Grow(capacity);
    }
  }

  // Starts over on the entries of `other`.
  void CopyFrom(const CandidateList& other) {
    Clear();
    Reserve(other.size_ + 1);
    std::copy_n(other.ids_.begin(), other.size_, ids_.begin());
    std::copy_n(other.logits_.begin(), other.size_, logits_.begin());
    size_ = other.size_;
  }

  // Appends an entry if `keep`. REQUIRES: room for one more, keep or not.
  void AppendIf(bool keep, TokenId id, double logit) {
    ids_[size_] = id;
    logits_[size_] = logit;
    size_ += keep ? 1 : 0;
  }

  void Append(TokenId id, double logit) {
    Reserve(1);
    AppendIf(true, id, logit);
  }

  // Replaces all entries: write(ids, logits) gets room for `capacity` entries,
  // writes them, and returns how many it wrote.
  template <typename Write>
  void Fill(std::size_t capacity, Write write) {
    Clear();
    Reserve(capacity);
    size_ = write(ids_.data(), logits_.data());
  }

  // Keeps entry i iff keep(i); entries stay in order.
  template <typename Keep>
  void Filter(Keep keep) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      const bool stays = keep(i);
      ids_[kept] = ids_[i];
      logits_[kept] = logits_[i];
      kept += stays ? 1 : 0;
    }
    size_ = kept;
  }

 private:
  // By ids_ the capacity is told: it grows last, so that no list whose memory
  // ran out is taken for a larger one.
  void Grow(std::size_t capacity) {
    logits_.resize(capacity);
    ids_.resize(capacity);
  }

  std::vector<TokenId> ids_;
  std::vector<double> logits_;
  std::size_t size_ = 0;
};

}  // namespace sampler

#endif  // SAMPLER_ROWS_CANDIDATE_LIST_H_

// The candidates as llama.cpp holds them: an array of (id, logit, p), all
// float32, in an order that matters, and a flag that says whether the array is
// known to descend by logit.
//
// Unlike Candidates, the order of this array decides: sums run along it in
// float32, the draw walks it, and equal logits stay where llama.cpp's sorts
// leave them. A removed token may still be in the array, at -inf: it counts as
// an entry, has p = 0 and is never drawn.
//
// Thread-safety: one thread at a time (part of a Scratch).
// Cost: 12 bytes per token of the vocabulary, twice; no allocation once grown.
// Tested by: tests/parity/candidate_array_test.cc,
// tests/parity/parity_golden_test.cc.

#ifndef SAMPLER_PARITY_CANDIDATE_ARRAY_H_
#define SAMPLER_PARITY_CANDIDATE_ARRAY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sampler/logits.h"
#include "sampler/row_status.h"
#include "sampler/rows/candidate_list.h"

namespace sampler::parity {

struct Entry {
  TokenId id;
  float logit;
  float p;
};

class CandidateArray {
 public:
  // All tokens of the row by ascending id, values rounded to float32; not
  // sorted.
  void Begin(Logits row);

  absl::Span<Entry> entries() {
    return absl::MakeSpan(entries_).subspan(begin_, size_);
  }
  absl::Span<const Entry> entries() const {
    return absl::MakeConstSpan(entries_).subspan(begin_, size_);
  }
  std::size_t size() const { return size_; }
  Entry& operator[](std::size_t i) { return entries_[begin_ + i]; }
  const Entry& operator[](std::size_t i) const { return entries_[begin_ + i]; }

  // kOk, or why there is nothing to draw from: as house rules have it, not as
  // llama.cpp, which then returns the last entry or aborts.
  RowStatus status() const;

  bool sorted() const { return sorted_; }
  void MarkUnsorted() { sorted_ = false; }

  // Forgets that the array was sorted if it no longer descends: to be called
  // after an edit by a stage of which llama.cpp expects that it comes before
  // everything that sorts.
  void MarkUnsortedUnlessDescending();

  // Keeps the first n entries. REQUIRES: n <= size().
  void Truncate(std::size_t n) { size_ = n; }

  // Forgets the first n entries. REQUIRES: n <= size().
  void DropFirst(std::size_t n) {
    begin_ += n;
    size_ -= n;
  }

  // Replaces the entries by these, which descend by logit.
  void AssignSorted(absl::Span<const Entry> entries);

  // Keeps the k entries with the largest logits, descending, unless the array
  // is sorted: then the first k. REQUIRES: 1 <= k <= size().
  void KeepTop(std::size_t k);

  // Makes the array descend by logit, unless it does.
  void Sort() {
    if (!sorted_) KeepTop(size_);
  }

  // The first k entries in descending order, and perhaps more behind them, as a
  // view that lasts until the next call; the array is unchanged. REQUIRES: not
  // sorted.
  absl::Span<const Entry> SortedPrefix(std::size_t k);

  // The largest logit: the first one's, if the array is sorted.
  float Max() const;

  // p = e^(l - max) in float32. Returns their sum in double, added in array
  // order.
  double ExpOfGaps();

  // The same divided by their float32 sum, added in array order.
  void Softmax();

 private:
  std::vector<Entry> entries_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  bool sorted_ = false;

  std::vector<Entry> prefix_;  // Scratch of SortedPrefix.
  std::vector<std::uint8_t> bucket_of_;
};

}  // namespace sampler::parity

#endif  // SAMPLER_PARITY_CANDIDATE_ARRAY_H_

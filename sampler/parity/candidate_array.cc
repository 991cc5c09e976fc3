#include "sampler/parity/candidate_array.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "sampler/parity/float32_math.h"
#include "sampler/parity/libstdcxx_sort.h"

namespace sampler::parity {
namespace {

// Up to this many wanted entries llama.cpp sorts the array itself, beyond it by
// buckets of logits from -10 to 10, 6.4 buckets to the unit.
constexpr std::size_t kHeapLimit = 128;
constexpr int kBuckets = 128;
constexpr float kBucketScale = kBuckets / 20.0F;
constexpr float kBucketOrigin = 10.0F * kBucketScale;

bool HigherLogit(const Entry& a, const Entry& b) { return a.logit > b.logit; }

// Truncates towards zero, then clamps: -inf and all below -10 to bucket 0.
int BucketOf(float logit) {
  const float place = kBucketScale * logit + kBucketOrigin;
  if (place >= static_cast<float>(kBuckets - 1)) return kBuckets - 1;
  return place > 0.0F ? static_cast<int>(place) : 0;
}

}  // namespace

void CandidateArray::Begin(Logits row) {
  constexpr std::size_t kBlock = 1024;
  std::array<double, kBlock> block;
  entries_.resize(row.size());
  for (std::size_t first = 0; first < row.size(); first += kBlock) {
    const std::size_t count = std::min(kBlock, row.size() - first);
    row.Load(first, count, block.data());
    for (std::size_t i = 0; i < count; ++i) {
      entries_[first + i] = {static_cast<TokenId>(first + i),
                             static_cast<float>(block[i]), 0.0F};
    }
  }
  begin_ = 0;
  size_ = row.size();
  sorted_ = false;
}

RowStatus CandidateArray::status() const {
  bool finite = false;
  bool infinite = false;
  for (const Entry& entry : entries()) {
    if (std::isnan(entry.logit)) return RowStatus::kNan;
    if (!std::isinf(entry.logit)) {
      finite = true;
    } else if (entry.logit > 0.0F) {
      infinite = true;
    }
  }
  if (infinite) return RowStatus::kInfinite;
  return finite ? RowStatus::kOk : RowStatus::kNoCandidate;
}

void CandidateArray::MarkUnsortedUnlessDescending() {
  sorted_ = sorted_ &&
            std::is_sorted(entries().begin(), entries().end(), HigherLogit);
}

void CandidateArray::AssignSorted(absl::Span<const Entry> entries) {
  std::copy(entries.begin(), entries.end(),
            entries_.begin() + static_cast<std::ptrdiff_t>(begin_));
  size_ = entries.size();
  sorted_ = true;
}

void CandidateArray::KeepTop(std::size_t k) {
  if (!sorted_) {
    if (k <= kHeapLimit) {
      PartialSort(entries(), k, HigherLogit);
      sorted_ = true;
    } else {
      AssignSorted(SortedPrefix(k).first(k));
    }
  }
  size_ = k;
}

absl::Span<const Entry> CandidateArray::SortedPrefix(std::size_t k) {
  std::array<std::size_t, kBuckets> count = {};
  bucket_of_.resize(size_);
  for (std::size_t i = 0; i < size_; ++i) {
    const int bucket = BucketOf((*this)[i].logit);
    bucket_of_[i] = static_cast<std::uint8_t>(bucket);
    ++count[static_cast<std::size_t>(bucket)];
  }
  // The lowest bucket that is needed, and where each begins, highest first.
  std::array<std::size_t, kBuckets> begin = {};
  std::size_t lowest = kBuckets;
  std::size_t have = 0;
  while (have < k) {
    --lowest;
    begin[lowest] = have;
    have += count[lowest];
  }
  prefix_.resize(std::max(prefix_.size(), have));
  std::array<std::size_t, kBuckets> next = begin;
  for (std::size_t i = 0; i < size_; ++i) {
    if (bucket_of_[i] >= lowest) {
      prefix_[next[bucket_of_[i]]++] = (*this)[i];
    }
  }
  const absl::Span<Entry> prefix = absl::MakeSpan(prefix_).first(have);
  for (std::size_t bucket = kBuckets - 1; bucket > lowest; --bucket) {
    parity::Sort(prefix.subspan(begin[bucket], count[bucket]), HigherLogit);
  }
  PartialSort(prefix.subspan(begin[lowest]), k - begin[lowest], HigherLogit);
  return prefix;
}

float CandidateArray::Max() const {
  float max = (*this)[0].logit;
  if (sorted_) return max;
  for (const Entry& entry : entries()) max = std::max(max, entry.logit);
  return max;
}

double CandidateArray::ExpOfGaps() {
  const float max = Max();
  double sum = 0.0;
  for (Entry& entry : entries()) {
    entry.p = Exp32(entry.logit - max);
    sum += static_cast<double>(entry.p);
  }
  return sum;
}

void CandidateArray::Softmax() {
  const float max = Max();
  float sum = 0.0F;
  for (Entry& entry : entries()) {
    entry.p = Exp32(entry.logit - max);
    sum += entry.p;
  }
  for (Entry& entry : entries()) entry.p /= sum;
}

}  // namespace sampler::parity

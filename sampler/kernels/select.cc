#include "sampler/kernels/select.h"

#include <algorithm>
#include <numeric>

namespace sampler::kernels {
namespace {

constexpr int kDigitBits = 11;
constexpr std::size_t kBuckets = std::size_t{1} << kDigitBits;
constexpr std::uint64_t kDigitMask = kBuckets - 1;

// Below this many items, sorting them is cheaper than clearing a histogram.
constexpr std::size_t kSortLimit = 256;

// The digit of `key` whose lowest bit is `shift`; a negative shift means the
// last digit, which has fewer than kDigitBits bits left.
std::size_t Digit(std::uint64_t key, int shift) {
  const std::uint64_t digit = shift >= 0 ? key >> shift : key << -shift;
  return static_cast<std::size_t>(digit & kDigitMask);
}

// One search. `WeightOf(i)` is the weight of item i: its mass, or 1 to count.
template <typename WeightOf>
class Search {
 public:
  Search(const Ranking& ranking, WeightOf weight_of, Mass target,
         SelectScratch& scratch)
      : ranking_(ranking),
        weight_of_(weight_of),
        target_(target),
        scratch_(scratch) {}

  Cut Run() {
    std::vector<std::uint32_t>& items = scratch_.items;
    items.resize(ranking_.keys.size());
    std::iota(items.begin(), items.end(), 0u);
    Descend(ranking_.keys);
    if (!ranking_.second_keys.empty()) Descend(ranking_.second_keys);
    return Walk();
  }

 private:
  // Narrows scratch_.items to the items that share one key with the last item
  // of the prefix, or to few enough to sort, adding what ranks above to the
  // running totals.
  void Descend(absl::Span<const std::uint64_t> keys) {
    std::vector<SelectScratch::Bucket>& buckets = scratch_.buckets;
    for (int shift = 64 - kDigitBits; shift > -kDigitBits;
         shift -= kDigitBits) {
      std::vector<std::uint32_t>& items = scratch_.items;
      if (items.size() <= kSortLimit) return;
      buckets.assign(kBuckets, {});
      for (const std::uint32_t i : items) {
        SelectScratch::Bucket& bucket = buckets[Digit(keys[i], shift)];
        bucket.mass += weight_of_(i);
        ++bucket.count;
      }
      const std::size_t digit = BoundaryBucket();
      if (buckets[digit].count == items.size()) continue;
      std::vector<std::uint32_t>& next = scratch_.next_items;
      next.clear();
      for (const std::uint32_t i : items) {
        if (Digit(keys[i], shift) == digit) next.push_back(i);
      }
      items.swap(next);
    }
  }

  // The bucket in which the prefix ends. Where even the whole falls short of
  // the target, the lowest bucket that holds anything.
  std::size_t BoundaryBucket() {
    const std::vector<SelectScratch::Bucket>& buckets = scratch_.buckets;
    std::size_t lowest = 0;
    while (buckets[lowest].count == 0) ++lowest;
    std::size_t digit = kBuckets - 1;
    while (digit > lowest && (buckets[digit].count == 0 ||
                              mass_above_ + buckets[digit].mass < target_)) {
      mass_above_ += buckets[digit].mass;
      count_above_ += buckets[digit].count;
      --digit;
    }
    return digit;
  }

  // Orders what is left and walks to the end of the prefix.
  Cut Walk() {
    std::vector<std::uint32_t>& items = scratch_.items;
    const Ranking& r = ranking_;
    const bool low_first = r.tie_order == TieOrder::kLowId;
    if (items.size() <= kSortLimit) {
      std::sort(items.begin(), items.end(), [&](auto a, auto b) {
        if (r.keys[a] != r.keys[b]) return r.keys[a] > r.keys[b];
        if (!r.second_keys.empty() && r.second_keys[a] != r.second_keys[b]) {
          return r.second_keys[a] > r.second_keys[b];
        }
        return low_first ? a < b : a > b;
      });
    } else if (!low_first) {
      std::reverse(items.begin(), items.end());
    }
    std::size_t last = 0;
    Mass mass = mass_above_ + weight_of_(items[0]);
    while (mass < target_ && last + 1 < items.size()) {
      mass += weight_of_(items[++last]);
    }
    const std::uint32_t i = items[last];
    return {r.keys[i], r.second_keys.empty() ? 0 : r.second_keys[i], i,
            count_above_ + last + 1, mass};
  }

  const Ranking& ranking_;
  WeightOf weight_of_;
  const Mass target_;
  SelectScratch& scratch_;
  Mass mass_above_ = 0;
  std::size_t count_above_ = 0;
};

}  // namespace

Cut CutAtCount(const Ranking& ranking, std::size_t count,
               SelectScratch& scratch) {
  const auto one = [](std::size_t) { return Weight{1}; };
  return Search(ranking, one, count, scratch).Run();
}

Cut CutAtMass(const Ranking& ranking, absl::Span<const Weight> weights,
              Mass target, SelectScratch& scratch) {
  const auto weight_of = [weights](std::size_t i) { return weights[i]; };
  return Search(ranking, weight_of, target, scratch).Run();
}

}  // namespace sampler::kernels

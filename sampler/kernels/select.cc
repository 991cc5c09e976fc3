#include "sampler/kernels/select.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace sampler::kernels {
namespace {

constexpr int kDigitBits = 11;
constexpr std::size_t kBuckets = std::size_t{1} << kDigitBits;
constexpr std::uint64_t kDigitMask = kBuckets - 1;

// Below this many items, sorting them is cheaper than clearing a histogram.
constexpr std::size_t kSortLimit = 256;

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
    // The two take turns, so both need room.
    scratch_.items.reserve(ranking_.keys.size() + 1);
    scratch_.next_items.reserve(ranking_.keys.size() + 1);
    Descend(ranking_.keys);
    if (!ranking_.second_keys.empty()) Descend(ranking_.second_keys);
    if (all_) {
      scratch_.items.resize(ranking_.keys.size());
      std::iota(scratch_.items.begin(), scratch_.items.end(), 0u);
    }
    return Walk();
  }

 private:
  // Narrows the items to those that share one key with the last item of the
  // prefix, or to few enough to sort, adding what ranks above to the running
  // totals.
  void Descend(absl::Span<const std::uint64_t> keys) {
    const auto itself = [](std::size_t i) {
      return static_cast<std::uint32_t>(i);
    };
    const auto item = [this](std::size_t i) { return scratch_.items[i]; };
    if (all_ && keys.size() > kSortLimit) {
      all_ = !Narrow(keys, keys.size(), itself);
    }
    if (all_) return;
    while (scratch_.items.size() > kSortLimit &&
           Narrow(keys, scratch_.items.size(), item)) {
    }
  }

  // One step of it, on the most significant digit in which keys differ. False
  // if they are all the same.
  template <typename Item>
  bool Narrow(absl::Span<const std::uint64_t> keys, std::size_t count,
              Item item) {
    std::uint64_t low = keys[item(0)];
    std::uint64_t high = low;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t key = keys[item(i)];
      low = key < low ? key : low;
      high = key > high ? key : high;
    }
    if (low == high) return false;
    const int shift =
        std::max(0, static_cast<int>(std::bit_width(low ^ high)) - kDigitBits);
    const auto digit_of = [shift](std::uint64_t key) {
      return static_cast<std::size_t>((key >> shift) & kDigitMask);
    };
    scratch_.buckets.assign(kBuckets, {});
    SelectScratch::Bucket* const buckets = scratch_.buckets.data();
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t at = item(i);
      buckets[digit_of(keys[at])].Add(weight_of_(at));
    }
    const std::size_t digit = BoundaryBucket();
    // Written before it is known whether it stays: one place more.
    scratch_.next_items.resize(buckets[digit].count + 1);
    std::uint32_t* const next = scratch_.next_items.data();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t at = item(i);
      next[kept] = at;
      kept += digit_of(keys[at]) == digit ? 1u : 0u;
    }
    scratch_.next_items.resize(kept);
    scratch_.items.swap(scratch_.next_items);
    return true;
  }

  // The bucket in which the prefix ends. Where even the whole falls short of
  // the target, the lowest bucket that holds anything.
  std::size_t BoundaryBucket() {
    const std::vector<SelectScratch::Bucket>& buckets = scratch_.buckets;
    std::size_t lowest = 0;
    while (buckets[lowest].count == 0) ++lowest;
    std::size_t digit = kBuckets - 1;
    while (digit > lowest && (buckets[digit].count == 0 ||
                              mass_above_ + buckets[digit].Sum() < target_)) {
      mass_above_ += buckets[digit].Sum();
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
  bool all_ = true;  // Are the items all of the ranking, not scratch_.items?
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

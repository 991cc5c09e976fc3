// Selection without sorting: where does the shortest prefix of a ranking end
// that holds `count` items, or weighs `target`?
//
// A ranking orders items by key, largest first; equal keys by second key,
// largest first; what is equal then by position, lowest or highest first. Real
// numbers become keys by OrderedKey. The boundary is found by radix descent: a
// histogram of the first digit in which keys differ says in which bucket the
// prefix ends, and only that bucket is looked at again, so the cost is linear
// in the number of items for every input, ties and flat rows included. Because
// weights are integers, the answer is the one that a full sort and a running
// sum would give.
//
// Thread-safety: functions are pure but for the scratch they are given.
// Cost: one pass over the keys, then passes over ever smaller buckets (at most
//   six). Memory: 8 bytes per item.
// Tested by: tests/kernels/kernels_test.cc (against std::sort on random, tied,
// sorted and constant keys).

#ifndef SAMPLER_KERNELS_SELECT_H_
#define SAMPLER_KERNELS_SELECT_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/arithmetic/mass_rule.h"

namespace sampler::kernels {

// A key that orders like the double it is made from; -0 and +0 get one key.
// REQUIRES: not NaN.
inline std::uint64_t OrderedKey(double value) {
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(value + 0.0);
  const std::uint64_t sign = std::uint64_t{1} << 63;
  return (bits & sign) != 0 ? ~bits : bits | sign;
}

struct Ranking {
  absl::Span<const std::uint64_t> keys;
  absl::Span<const std::uint64_t> second_keys = {};  // Empty: no second key.
  TieOrder tie_order = TieOrder::kLowId;
};

// The last item of a prefix.
struct Cut {
  std::uint64_t key = 0;
  std::uint64_t second_key = 0;
  std::size_t position = 0;
  std::size_t count = 0;  // Items in the prefix,
  Mass mass = 0;          // and their mass; CutAtCount: their number.
};

// Does item `i` belong to the prefix that ends with `cut`?
inline bool InPrefix(const Ranking& ranking, const Cut& cut, std::size_t i) {
  if (ranking.keys[i] != cut.key) return ranking.keys[i] > cut.key;
  if (!ranking.second_keys.empty() &&
      ranking.second_keys[i] != cut.second_key) {
    return ranking.second_keys[i] > cut.second_key;
  }
  return ranking.tie_order == TieOrder::kLowId ? i <= cut.position
                                               : i >= cut.position;
}

// Reused memory; grows to the largest ranking it has met.
struct SelectScratch {
  // Up to 2^32 weights in two words, without carries from one to the other.
  struct Bucket {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::size_t count = 0;

    void Add(Weight weight) {
      high += weight >> 32;
      low += weight & 0xffffffffu;
      ++count;
    }
    Mass Sum() const { return (Mass{high} << 32) + low; }
  };
  std::vector<std::uint32_t> items;
  std::vector<std::uint32_t> next_items;
  std::vector<Bucket> buckets;
};

// The first `count` items. REQUIRES: 1 <= count <= items.
Cut CutAtCount(const Ranking& ranking, std::size_t count,
               SelectScratch& scratch);

// The shortest non-empty prefix whose mass reaches `target`; everything if the
// total falls short.
Cut CutAtMass(const Ranking& ranking, absl::Span<const Weight> weights,
              Mass target, SelectScratch& scratch);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_SELECT_H_

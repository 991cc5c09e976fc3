// Selection without sorting: where does the shortest prefix of a ranking end
// that holds `count` items, or weighs `target`?
//
// A ranking orders items by value, largest first; equal values by second value,
// largest first; what is equal then by position, lowest or highest first. The
// values themselves are compared, a vector at a time, with three pivots per
// pass: the masses above the pivots say between which two the prefix ends, and
// only what lies there is looked at again. Pivots are interpolated; where that
// removes too little (a pass leaves more than 3/4), the next ones cut the bits
// of the values instead, so that no input takes more than about 64 passes.
// Because weights are integers, the answer is the one that a full sort and a
// running sum would give.
//
// Thread-safety: functions are pure but for the scratch they are given.
// Cost: linear: 100 items take 0.4 us, 10,000 take 19 (AVX-512; AVX2: 26).
//   Memory: 24 bytes per item.
// Tested by: tests/kernels/select_test.cc (against std::sort on random, tied,
// sorted and constant values, on every instruction set).

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

// The double that has this key.
inline double ValueOfKey(std::uint64_t key) {
  const std::uint64_t sign = std::uint64_t{1} << 63;
  return std::bit_cast<double>((key & sign) != 0 ? key ^ sign : ~key);
}

// REQUIRES: no value is NaN or +inf.
struct Ranking {
  absl::Span<const double> values;
  absl::Span<const double> second_values = {};  // Empty: there are none.
  TieOrder tie_order = TieOrder::kLowId;
};

// The last item of a prefix.
struct Cut {
  double value = 0.0;
  double second_value = 0.0;
  std::size_t position = 0;
  std::size_t count = 0;  // Items in the prefix,
  Mass mass = 0;          // and their mass; CutAtCount: their number.
};

// Does item `i` belong to the prefix that ends with `cut`?
inline bool InPrefix(const Ranking& ranking, const Cut& cut, std::size_t i) {
  const double value = ranking.values[i];
  if (!ranking.second_values.empty() && value == cut.value &&
      ranking.second_values[i] != cut.second_value) {
    return ranking.second_values[i] > cut.second_value;
  }
  const bool in_time = ranking.tie_order == TieOrder::kLowId
                           ? i <= cut.position
                           : i >= cut.position;
  // No branch: where a list is in id order, it would be mispredicted.
  const bool above = value > cut.value;
  return value == cut.value ? in_time : above;
}

// Reused memory; grows to the largest ranking it has met.
struct SelectScratch {
  std::vector<double> values;
  std::vector<Weight> weights;
  std::vector<std::uint64_t> positions;
};

// The sum of weights, none of which exceeds 2^51.
Mass MassOf(absl::Span<const Weight> weights);

// The first `count` items. REQUIRES: 1 <= count <= items.
Cut CutAtCount(const Ranking& ranking, std::size_t count,
               SelectScratch& scratch);

// The shortest non-empty prefix whose mass reaches `target`; everything if the
// total falls short. REQUIRES: there is an item; no weight exceeds 2^51.
Cut CutAtMass(const Ranking& ranking, absl::Span<const Weight> weights,
              Mass target, SelectScratch& scratch);

// A number that the first `count` values all reach, and few others do: mostly
// an eighth of `count`, at most as many, but for those equal to the last one.
// Values are only counted, so that it costs a third of CutAtCount. REQUIRES: 1
// <= count <= values.
double RoughFloorOf(absl::Span<const double> values, std::size_t count,
                    SelectScratch& scratch);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_SELECT_H_

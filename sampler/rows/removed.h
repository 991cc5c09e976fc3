// How a removed candidate is told from the others: its logit is -inf.
//
// Headers ask by its bits. A program that is compiled with -ffast-math may take
// a comparison with -inf for one that is always false, and what it inlines from
// these headers must hold all the same.
//
// Thread-safety: constants and pure functions.
// Tested by: tests/install/check.sh (consumers with fast math draw the same).

#ifndef SAMPLER_ROWS_REMOVED_H_
#define SAMPLER_ROWS_REMOVED_H_

#include <bit>
#include <cstdint>

namespace sampler {

inline constexpr std::uint64_t kRemovedBits = 0xfff0'0000'0000'0000;
inline constexpr double kRemoved = std::bit_cast<double>(kRemovedBits);

constexpr bool IsRemoved(double logit) {
  return std::bit_cast<std::uint64_t>(logit) == kRemovedBits;
}

}  // namespace sampler

#endif  // SAMPLER_ROWS_REMOVED_H_

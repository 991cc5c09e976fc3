// Arithmetic on sizes that a file claims: every product and sum is checked in
// 64 bits before anything is read or allocated by it.
//
// Contract: arguments are non-negative; the result is empty if an argument is
//   negative or the exact result exceeds the largest int64.
// Thread-safety: pure functions.
// Tested by: tests/logs/files/checked_math_test.cc.

#ifndef SAMPLER_LOGS_FILES_CHECKED_MATH_H_
#define SAMPLER_LOGS_FILES_CHECKED_MATH_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"

namespace sampler::logs {

inline std::optional<std::int64_t> CheckedMultiply(std::int64_t a,
                                                   std::int64_t b) {
  std::int64_t product;
  if (a < 0 || b < 0 || __builtin_mul_overflow(a, b, &product)) {
    return std::nullopt;
  }
  return product;
}

inline std::optional<std::int64_t> CheckedAdd(std::int64_t a, std::int64_t b) {
  std::int64_t sum;
  if (a < 0 || b < 0 || __builtin_add_overflow(a, b, &sum)) {
    return std::nullopt;
  }
  return sum;
}

// Product of all extents of a shape; 1 for an empty shape. A zero does not hide
// an overflow or a negative extent elsewhere in the shape.
inline std::optional<std::int64_t> CheckedProduct(
    absl::Span<const std::int64_t> shape) {
  std::int64_t product = 1;
  bool zero = false;
  for (const std::int64_t extent : shape) {
    zero |= extent == 0;
    const auto next = CheckedMultiply(product, extent == 0 ? 1 : extent);
    if (!next) return std::nullopt;
    product = *next;
  }
  return zero ? 0 : product;
}

// Leaves out axes of extent 1 while there are more than three, the first ones
// first and never the last one: [B, 1, T, V], which TensorRT-LLM writes, is [B,
// T, V] in memory.
inline void DropUnitAxes(std::vector<std::int64_t>& shape) {
  for (std::size_t axis = 0; shape.size() > 3 && axis + 1 < shape.size();) {
    if (shape[axis] == 1) {
      shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
    } else {
      ++axis;
    }
  }
}

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FILES_CHECKED_MATH_H_

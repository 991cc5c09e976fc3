// Arithmetic on sizes that a file claims: every product and sum is checked in
// 64 bits before anything is read or allocated by it.
//
// Contract: arguments are non-negative; the result is empty if an argument is
//   negative or the exact result exceeds the largest int64.
// Thread-safety: pure functions.
// Tested by: tests/logs/files/checked_math_test.cc.

#ifndef SAMPLER_LOGS_FILES_CHECKED_MATH_H_
#define SAMPLER_LOGS_FILES_CHECKED_MATH_H_

#include <cstdint>
#include <optional>

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

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FILES_CHECKED_MATH_H_

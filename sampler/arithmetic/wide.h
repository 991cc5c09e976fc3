// An unsigned integer of 256 bits, for the few places where products of two
// masses are added up: a mass has up to 71 bits, a product of two 142.
//
// Overflow wraps, as for the built-in types; callers state why it cannot
// happen.
//
// Thread-safety: a plain value.
// Tested by: tests/arithmetic/wide_test.cc.

#ifndef SAMPLER_ARITHMETIC_WIDE_H_
#define SAMPLER_ARITHMETIC_WIDE_H_

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "absl/numeric/int128.h"

namespace sampler {

class Wide {
 public:
  constexpr Wide() = default;
  // Implicit, as from a built-in type.
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Wide(absl::uint128 value)
      : limbs_{absl::Uint128Low64(value), absl::Uint128High64(value), 0, 0} {}

  constexpr Wide& operator+=(const Wide& other) {
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < kLimbs; ++i) {
      const absl::uint128 sum =
          absl::uint128(limbs_[i]) + other.limbs_[i] + carry;
      limbs_[i] = absl::Uint128Low64(sum);
      carry = absl::Uint128High64(sum);
    }
    return *this;
  }
  friend constexpr Wide operator+(Wide a, const Wide& b) { return a += b; }

  friend constexpr Wide operator*(const Wide& a, const Wide& b) {
    Wide product;
    for (std::size_t i = 0; i < kLimbs; ++i) {
      std::uint64_t carry = 0;
      for (std::size_t j = 0; i + j < kLimbs; ++j) {
        // At most (2^64 - 1)^2 + 2 (2^64 - 1) = 2^128 - 1.
        const absl::uint128 sum = absl::uint128(a.limbs_[i]) * b.limbs_[j] +
                                  product.limbs_[i + j] + carry;
        product.limbs_[i + j] = absl::Uint128Low64(sum);
        carry = absl::Uint128High64(sum);
      }
    }
    return product;
  }

  // floor(x / 2^64).
  constexpr Wide ShiftedDown64() const {
    Wide shifted;
    for (std::size_t i = 0; i + 1 < kLimbs; ++i) {
      shifted.limbs_[i] = limbs_[i + 1];
    }
    return shifted;
  }

  friend constexpr bool operator==(const Wide&, const Wide&) = default;
  friend constexpr std::strong_ordering operator<=>(const Wide& a,
                                                    const Wide& b) {
    for (std::size_t i = kLimbs; i-- > 0;) {
      if (a.limbs_[i] != b.limbs_[i]) return a.limbs_[i] <=> b.limbs_[i];
    }
    return std::strong_ordering::equal;
  }

 private:
  static constexpr std::size_t kLimbs = 4;
  std::array<std::uint64_t, kLimbs> limbs_ = {};  // Least significant first.
};

}  // namespace sampler

#endif  // SAMPLER_ARITHMETIC_WIDE_H_

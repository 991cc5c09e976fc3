#include "sampler/logs/narrow.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

namespace sampler::logs {
namespace {

constexpr std::size_t kBlock = 256;

// A 16-bit format, and where it lies in a wider one.
struct Half {
  int fraction_bits;
  int least_exponent;  // Of a normal number.
  int infinity;        // Its bits.
};
constexpr Half kF16 = {10, -14, 0x7c00};
constexpr Half kBF16 = {7, -126, 0x7f80};

// The bits of `value` in the format. No branch, so that loops over it become
// vector code. REQUIRES: the constant C fits the exponents of Float.
template <const Half& kHalf, typename Float>
std::uint16_t NarrowOne(Float value) {
  using Bits =
      std::conditional_t<sizeof(Float) == 4, std::uint32_t, std::uint64_t>;
  constexpr int kFraction = sizeof(Float) == 4 ? 23 : 52;
  constexpr int kBias = sizeof(Float) == 4 ? 127 : 1023;
  constexpr Bits kSign = Bits{1} << (8 * sizeof(Float) - 1);
  constexpr Bits kInfinity =
      std::bit_cast<Bits>(std::numeric_limits<Float>::infinity());
  constexpr Bits kLeast = static_cast<Bits>(kBias + kHalf.least_exponent)
                          << kFraction;
  // From here on everything is infinite; below, rounding may still carry there.
  constexpr Bits kTooLarge =
      static_cast<Bits>(kBias + 1 - kHalf.least_exponent + 1) << kFraction;
  const Bits bits = std::bit_cast<Bits>(value);
  const Bits magnitude = bits & ~kSign;
  const Bits exponent = std::clamp(magnitude & kInfinity, kLeast, kTooLarge);
  const Bits shift = static_cast<Bits>(kFraction - kHalf.fraction_bits)
                     << kFraction;
  const Bits constant = exponent + shift;
  const Bits bounded = std::min(magnitude, kTooLarge);
  const Float sum =
      std::bit_cast<Float>(bounded) + std::bit_cast<Float>(constant);
  const Bits k = std::bit_cast<Bits>(sum) - constant;
  // The exponent's place, less the leading bit that k brings along.
  const Bits place = ((exponent - kLeast) >> kFraction) << kHalf.fraction_bits;
  Bits half = std::min<Bits>(place + k, static_cast<Bits>(kHalf.infinity));
  half = magnitude > kInfinity ? static_cast<Bits>(kHalf.infinity) | 1 : half;
  const Bits sign = (bits & kSign) >> (8 * sizeof(Float) - 16);
  return static_cast<std::uint16_t>(half | sign);
}

// Rounds floats to bfloat16, whose range is theirs: the constant of NarrowOne
// would not fit, but the bits can be rounded as the integer that they are.
std::uint16_t NarrowToBF16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t rounded = bits + 0x7fff + ((bits >> 16) & 1);
  const bool nan = (bits & 0x7fffffff) > 0x7f800000;
  return static_cast<std::uint16_t>((nan ? bits | 0x400000 : rounded) >> 16);
}

// One element type as it is written.
struct ToF16 {
  using Element = std::uint16_t;
  static Element Of(float value) { return NarrowOne<kF16>(value); }
  static Element Of(double value) { return NarrowOne<kF16>(value); }
  static bool IsInfinite(Element e) { return (e & 0x7fff) == kF16.infinity; }
};
struct ToBF16 {
  using Element = std::uint16_t;
  static Element Of(float value) { return NarrowToBF16(value); }
  static Element Of(double value) { return NarrowOne<kBF16>(value); }
  static bool IsInfinite(Element e) { return (e & 0x7fff) == kBF16.infinity; }
};
struct ToF32 {
  using Element = float;
  static Element Of(float value) { return value; }
  static Element Of(double value) { return static_cast<float>(value); }
  static bool IsInfinite(Element e) { return std::isinf(e); }
};

// Returns the first index that overflows, or `count`.
template <typename To, typename From>
std::size_t ConvertBlock(const From* from, std::size_t count,
                         unsigned char* out) {
  std::array<typename To::Element, kBlock> to;
  for (std::size_t i = 0; i < count; ++i) to[i] = To::Of(from[i]);
  std::memcpy(out, to.data(), count * sizeof(to[0]));
  // First without a branch: as good as always there is none.
  bool overflow = false;
  for (std::size_t i = 0; i < count; ++i) {
    overflow |= To::IsInfinite(to[i]) & std::isfinite(from[i]);
  }
  if (!overflow) return count;
  std::size_t i = 0;
  while (!To::IsInfinite(to[i]) || !std::isfinite(from[i])) ++i;
  return i;
}

// Reads floats as they are and everything else as doubles.
template <typename To>
std::size_t ConvertRow(const Logits& row, unsigned char* out) {
  for (std::size_t first = 0; first < row.size(); first += kBlock) {
    const std::size_t count = std::min(kBlock, row.size() - first);
    unsigned char* to = out + first * sizeof(typename To::Element);
    std::size_t fit = 0;
    if (row.dtype() == DType::kF32) {
      std::array<float, kBlock> values;
      std::memcpy(values.data(), row.data() + 4 * first, 4 * count);
      fit = ConvertBlock<To>(values.data(), count, to);
    } else {
      std::array<double, kBlock> values;
      row.Load(first, count, values.data());
      fit = ConvertBlock<To>(values.data(), count, to);
    }
    if (fit < count) return first + fit;
  }
  return row.size();
}

}  // namespace

std::size_t Narrow(const Logits& row, DType dtype, unsigned char* out) {
  if (row.dtype() == dtype) {
    std::memcpy(out, row.data(), row.size() * DTypeSize(dtype));
    return row.size();
  }
  switch (dtype) {
    case DType::kF16:
      return ConvertRow<ToF16>(row, out);
    case DType::kBF16:
      return ConvertRow<ToBF16>(row, out);
    case DType::kF32:
      return ConvertRow<ToF32>(row, out);
    case DType::kF64:
      break;
  }
  std::vector<double> values(row.size());
  row.Load(0, row.size(), values.data());
  std::memcpy(out, values.data(), 8 * values.size());
  return row.size();
}

}  // namespace sampler::logs

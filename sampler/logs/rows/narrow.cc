#include "sampler/logs/rows/narrow.h"

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

// The bits of `value` in the format. No branch and signed integers, so that
// loops over it become vector code on the oldest x86-64. REQUIRES: the constant
// C fits the exponents of Float.
template <const Half& kHalf, typename Float>
std::uint16_t NarrowOne(Float value) {
  using Bits =
      std::conditional_t<sizeof(Float) == 4, std::int32_t, std::int64_t>;
  constexpr int kFraction = sizeof(Float) == 4 ? 23 : 52;
  constexpr int kBias = sizeof(Float) == 4 ? 127 : 1023;
  constexpr Bits kMagnitude = std::numeric_limits<Bits>::max();
  constexpr Bits kInfinity =
      std::bit_cast<Bits>(std::numeric_limits<Float>::infinity());
  constexpr Bits kLeast = Bits{kBias + kHalf.least_exponent} << kFraction;
  // From here on everything is infinite; below, rounding may still carry there.
  constexpr Bits kTooLarge = Bits{kBias + 2 - kHalf.least_exponent}
                             << kFraction;
  constexpr Bits kShift = Bits{kFraction - kHalf.fraction_bits} << kFraction;
  const Bits bits = std::bit_cast<Bits>(value);
  const Bits magnitude = bits & kMagnitude;
  const Bits bounded = magnitude < kTooLarge ? magnitude : kTooLarge;
  const Bits clamped = bounded & kInfinity;
  const Bits exponent = clamped > kLeast ? clamped : kLeast;
  const Bits constant = exponent + kShift;
  const Float sum =
      std::bit_cast<Float>(bounded) + std::bit_cast<Float>(constant);
  const Bits k = std::bit_cast<Bits>(sum) - constant;
  // The exponent's place, less the leading bit that k brings along.
  const Bits place = (exponent - kLeast) >> (kFraction - kHalf.fraction_bits);
  const Bits nan = magnitude > kInfinity ? 1 : 0;
  const Bits sign = bits < 0 ? 0x8000 : 0;
  return static_cast<std::uint16_t>((place + k) | nan | sign);
}

// Rounds floats to bfloat16, whose range is theirs: the constant of NarrowOne
// would not fit, but the bits can be rounded as the integer that they are.
std::uint16_t NarrowToBF16(float value) {
  const auto bits = std::bit_cast<std::int32_t>(value);
  const std::int32_t magnitude = bits & 0x7fffffff;
  // Of a NaN only the fact is kept: rounding its payload might leave none.
  const std::int32_t rounded =
      magnitude > 0x7f800000 ? 0x7fc00000
                             : magnitude + 0x7fff + ((magnitude >> 16) & 1);
  const std::int32_t sign = bits < 0 ? 0x8000 : 0;
  return static_cast<std::uint16_t>((rounded >> 16) | sign);
}

// Are all of these finite? As one reduction: a block that is not finite is
// rare.
template <const Half& kHalf>
bool AllFiniteHalves(const std::uint16_t* halves, std::size_t count) {
  std::int16_t most = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto magnitude = static_cast<std::int16_t>(halves[i] & 0x7fff);
    most = magnitude > most ? magnitude : most;
  }
  return most < kHalf.infinity;
}

// One element type as it is written.
struct ToF16 {
  using Element = std::uint16_t;
  static Element Of(float value) { return NarrowOne<kF16>(value); }
  static Element Of(double value) { return NarrowOne<kF16>(value); }
  static bool IsInfinite(Element e) { return (e & 0x7fff) == kF16.infinity; }
  static bool AllFinite(const Element* e, std::size_t count) {
    return AllFiniteHalves<kF16>(e, count);
  }
};
struct ToBF16 {
  using Element = std::uint16_t;
  static Element Of(float value) { return NarrowToBF16(value); }
  static Element Of(double value) { return NarrowOne<kBF16>(value); }
  static bool IsInfinite(Element e) { return (e & 0x7fff) == kBF16.infinity; }
  static bool AllFinite(const Element* e, std::size_t count) {
    return AllFiniteHalves<kBF16>(e, count);
  }
};
struct ToF32 {
  using Element = float;
  static Element Of(float value) { return value; }
  static Element Of(double value) { return static_cast<float>(value); }
  static bool IsInfinite(Element e) { return std::isinf(e); }
  static bool AllFinite(const Element* e, std::size_t count) {
    return std::none_of(e, e + count, IsInfinite);
  }
};

// Returns the first index that overflows, or `count`.
template <typename To, typename From>
std::size_t ConvertBlock(const From* from, std::size_t count,
                         unsigned char* out) {
  std::array<typename To::Element, kBlock> to;
  for (std::size_t i = 0; i < count; ++i) to[i] = To::Of(from[i]);
  std::memcpy(out, to.data(), count * sizeof(to[0]));
  if (To::AllFinite(to.data(), count)) return count;
  std::size_t i = 0;
  while (i < count && (!To::IsInfinite(to[i]) || !std::isfinite(from[i]))) ++i;
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

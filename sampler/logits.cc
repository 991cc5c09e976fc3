#include "sampler/logits.h"

#include <bit>
#include <cstring>

namespace sampler {
namespace {

template <typename T>
T LoadUnaligned(const unsigned char* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

// Runs `convert` over a stretch of elements of stored type T. A function of
// its own so that each loop has a fixed type and can be vectorised.
template <typename T, typename Convert>
void LoadAs(const unsigned char* from, std::size_t count, double* out,
            Convert convert) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = convert(LoadUnaligned<T>(from + i * sizeof(T)));
  }
}

}  // namespace

StringView DTypeName(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return "f32";
    case DType::kF16:
      return "f16";
    case DType::kBF16:
      return "bf16";
    case DType::kF64:
      break;
  }
  return "f64";
}

double BF16ToDouble(std::uint16_t bits) {
  return static_cast<double>(
      std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16));
}

double F16ToDouble(std::uint16_t bits) {
  const std::uint64_t sign = static_cast<std::uint64_t>(bits & 0x8000u) << 48;
  const std::uint64_t magnitude = bits & 0x7fffu;
  if (magnitude < 0x400u) {  // Zero or subnormal: an integer times 2^-24.
    const double value = static_cast<double>(magnitude) * 0x1p-24;
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) | sign);
  }
  // The mantissa moves up by 42 bits; the exponent is rebiased by 1023 - 15,
  // or set to all ones for infinity and NaN.
  const std::uint64_t rebias =
      std::uint64_t{magnitude >= 0x7c00u ? 0x7ffu - 31u : 1023u - 15u} << 52;
  return std::bit_cast<double>(sign | (rebias + (magnitude << 42)));
}

void Logits::Load(std::size_t first, std::size_t count, double* out) const {
  const unsigned char* from = data_ + first * DTypeSize(dtype_);
  switch (dtype_) {
    case DType::kF32:
      LoadAs<float>(from, count, out,
                    [](float v) { return static_cast<double>(v); });
      return;
    case DType::kF16:
      LoadAs<std::uint16_t>(from, count, out, F16ToDouble);
      return;
    case DType::kBF16:
      LoadAs<std::uint16_t>(from, count, out, BF16ToDouble);
      return;
    case DType::kF64:
      LoadAs<double>(from, count, out, [](double v) { return v; });
      return;
  }
}

}  // namespace sampler

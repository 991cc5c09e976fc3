// A row of logits as the caller holds it: pointer, element type, length.
//
// `Logits` is a non-owning view. It never writes, never copies and needs no
// alignment, so it may point straight into a memory-mapped file. Every element
// type converts to double exactly, and all arithmetic of the library is done
// on those doubles; two rows that hold the same values in different types give
// the same tokens, bit for bit.
//
// Thread-safety: immutable; any number of threads may read one view.
// Tested by: tests/logits_test.cc.

#ifndef SAMPLER_LOGITS_H_
#define SAMPLER_LOGITS_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/types/span.h"
#include "sampler/language.h"

namespace sampler {

// Element type of a row. f16 is IEEE 754 binary16, bf16 the upper half of an
// IEEE 754 binary32.
enum class DType : std::uint8_t { kF32, kF16, kBF16, kF64 };

// "f32", "f16", "bf16" or "f64".
StringView DTypeName(DType dtype);

// Bytes of one element.
constexpr std::size_t DTypeSize(DType dtype) {
  switch (dtype) {
    case DType::kF64:
      return 8;
    case DType::kF32:
      return 4;
    case DType::kF16:
    case DType::kBF16:
      break;
  }
  return 2;
}

class Logits {
 public:
  // An empty row.
  Logits() = default;

  // A row of `size` elements of type `dtype` in native byte order. `data` may
  // be unaligned and must outlive every use of the view.
  Logits(const void* data, DType dtype, std::size_t size)
      : data_(static_cast<const unsigned char*>(data)),
        size_(size),
        dtype_(dtype) {}

  // The common case: a row of floats or doubles. Implicit, so that a
  // `std::vector<float>` can be passed wherever a row is wanted.
  // NOLINTBEGIN(google-explicit-constructor)
  template <typename Row>
  requires std::convertible_to<const Row&, absl::Span<const float>> Logits(
      const Row& row)
      : Logits(absl::Span<const float>(row).data(), DType::kF32, row.size()) {}
  template <typename Row>
  requires std::convertible_to<const Row&, absl::Span<const double>> Logits(
      const Row& row)
      : Logits(absl::Span<const double>(row).data(), DType::kF64, row.size()) {}
  template <Owner Row>
  requires std::convertible_to<const Row&, absl::Span<const float>> Logits(
      const Row& row SAMPLER_LIFETIME_BOUND)
      : Logits(absl::Span<const float>(row).data(), DType::kF32, row.size()) {}
  template <Owner Row>
  requires std::convertible_to<const Row&, absl::Span<const double>> Logits(
      const Row& row SAMPLER_LIFETIME_BOUND)
      : Logits(absl::Span<const double>(row).data(), DType::kF64, row.size()) {}
  // NOLINTEND(google-explicit-constructor)

  const unsigned char* data() const { return data_; }
  std::size_t size() const { return size_; }
  DType dtype() const { return dtype_; }

  // The value of token `id`, converted exactly. REQUIRES: id < size().
  double operator[](std::size_t id) const {
    if (dtype_ == DType::kF32) {  // The usual type, without a call.
      float value;
      std::memcpy(&value, data_ + id * sizeof(value), sizeof(value));
      return static_cast<double>(value);
    }
    double value;
    Load(id, 1, &value);
    return value;
  }

  // Converts elements [first, first + count) exactly into `out`.
  // REQUIRES: first + count <= size().
  void Load(std::size_t first, std::size_t count, double* out) const;

 private:
  const unsigned char* data_ = nullptr;
  std::size_t size_ = 0;
  DType dtype_ = DType::kF32;
};

// The double equal to the binary16 number with these bits (NaN for NaN).
double F16ToDouble(std::uint16_t bits);

// The double equal to the bfloat16 number with these bits (NaN for NaN).
double BF16ToDouble(std::uint16_t bits);

}  // namespace sampler

#endif  // SAMPLER_LOGITS_H_

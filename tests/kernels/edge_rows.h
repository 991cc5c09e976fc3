// Rows at the edges of what numbers are, in every type that rows are stored in.

#ifndef SAMPLER_TESTS_KERNELS_EDGE_ROWS_H_
#define SAMPLER_TESTS_KERNELS_EDGE_ROWS_H_

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/logits.h"
#include "sampler/row_status.h"

namespace sampler {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// A type that rows are stored in.
struct StoredType {
  DType dtype;
  double largest;   // Finite number.
  double smallest;  // Positive number.
};

inline constexpr StoredType kStoredTypes[] = {
    {DType::kF64, std::numeric_limits<double>::max(),
     std::numeric_limits<double>::denorm_min()},
    {DType::kF32, std::numeric_limits<float>::max(),
     std::numeric_limits<float>::denorm_min()},
    {DType::kF16, 65504.0, 0x1p-24},
    {DType::kBF16, 0x1.fep127, 0x1p-133}};

// The bits of a number that the type has exactly.
inline std::uint64_t BitsOf(DType dtype, double value) {
  switch (dtype) {
    case DType::kF64:
      return std::bit_cast<std::uint64_t>(value);
    case DType::kF32:
      return std::bit_cast<std::uint32_t>(static_cast<float>(value));
    case DType::kBF16:
      return std::bit_cast<std::uint32_t>(static_cast<float>(value)) >> 16;
    case DType::kF16:
      break;
  }
  // All 65,536 are few enough to look for the one.
  for (std::uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const double candidate = F16ToDouble(static_cast<std::uint16_t>(bits));
    if (std::isnan(value) ? std::isnan(candidate)
                          : candidate == value && std::signbit(candidate) ==
                                                      std::signbit(value)) {
      return bits;
    }
  }
  ADD_FAILURE() << value << " is no f16";
  return 0;
}

// A row as it is stored.
class StoredRow {
 public:
  StoredRow(DType dtype, const std::vector<double>& values)
      : dtype_(dtype), size_(values.size()), values_(values) {
    std::vector<std::pair<double, std::uint64_t>> known;
    for (const double value : values) {
      const std::uint64_t bits = BitsOnce(value, known);
      const auto* from = reinterpret_cast<const unsigned char*>(&bits);
      bytes_.insert(bytes_.end(), from, from + DTypeSize(dtype));
    }
  }

  Logits logits() const { return {bytes_.data(), dtype_, size_}; }
  DType dtype() const { return dtype_; }
  const std::vector<double>& values() const { return values_; }

  RowStatus status() const {
    RowStatus status = RowStatus::kNoCandidate;
    for (const double value : values_) {
      if (std::isnan(value)) return RowStatus::kNan;
      if (value == kInfinity) status = RowStatus::kInfinite;
      if (std::isfinite(value) && status != RowStatus::kInfinite) {
        status = RowStatus::kOk;
      }
    }
    return status;
  }

 private:
  std::uint64_t BitsOnce(double value,
                         std::vector<std::pair<double, std::uint64_t>>& known) {
    const auto key = std::bit_cast<std::uint64_t>(value);
    for (const auto& [seen, bits] : known) {
      if (std::bit_cast<std::uint64_t>(seen) == key) return bits;
    }
    known.emplace_back(value, BitsOf(dtype_, value));
    return known.back().second;
  }

  DType dtype_;
  std::size_t size_;
  std::vector<double> values_;
  std::vector<unsigned char> bytes_;
};

// Rows of one size and type, each of a few numbers of one kind.
inline std::vector<StoredRow> EdgeRows(const StoredType& type,
                                       std::size_t size) {
  const double big = type.largest;
  const double small = type.smallest;
  const std::vector<std::vector<double>> kinds = {
      {-kInfinity},
      {-big},
      {-big, -kInfinity},
      {-kInfinity, -kInfinity, -big},
      {big, -big},
      {big},
      {-0.0, 0.0},
      {0.0, -0.0},
      {-0.0, -kInfinity},
      {-0.0, -1.0, 0.0},
      {small, -small, 0.0, -0.0},
      {-kInfinity, -2.0, 1.5},
      {kNan, 1.0, -kInfinity},
      {1.0, kInfinity, -big},
      {kInfinity, kNan, -kInfinity}};
  std::mt19937_64 random(size);
  std::vector<StoredRow> rows;
  for (const std::vector<double>& numbers : kinds) {
    std::vector<double> values;
    for (std::size_t i = 0; i < size; ++i) {
      // In turn at first, then by chance: blocks of one kind, and of several.
      const std::size_t at = i < 80 ? i : random() >> 20;
      values.push_back(numbers[at % numbers.size()]);
    }
    rows.emplace_back(type.dtype, values);
    // And a single number among nothing, in the last place.
    if (size > 1 && std::isfinite(numbers[0])) {
      values.assign(size, -kInfinity);
      values.back() = numbers[0];
      rows.emplace_back(type.dtype, values);
    }
  }
  return rows;
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_KERNELS_EDGE_ROWS_H_

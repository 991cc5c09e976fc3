#include "tests/support/rows.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace sampler {
namespace {

// Standard normal by the sum of twelve uniforms: good enough for a shape, and
// the same everywhere, unlike std::normal_distribution.
float Normal(std::mt19937_64& random) {
  double sum = -6.0;
  for (int i = 0; i < 12; ++i) {
    sum += static_cast<double>(random() >> 11) * 0x1p-53;
  }
  return static_cast<float>(sum);
}

float RoundToBf16(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  return std::bit_cast<float>((bits + 0x8000u) & 0xffff0000u);
}

}  // namespace

std::string RowKindName(RowKind kind) {
  switch (kind) {
    case RowKind::kPeaked:
      return "Peaked";
    case RowKind::kFlat:
      return "Flat";
    case RowKind::kZipf:
      return "Zipf";
    case RowKind::kGaussian:
      return "Gaussian";
    case RowKind::kTied:
      return "Tied";
    case RowKind::kMasked:
      return "Masked";
    case RowKind::kEqual:
      return "Equal";
    case RowKind::kSorted:
      break;
  }
  return "Sorted";
}

std::vector<float> MakeRow(RowKind kind, std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<float> row(size);
  switch (kind) {
    case RowKind::kPeaked:
      for (float& l : row) l = 2.0f * Normal(random);
      row[random() % size] = 25.0f;
      break;
    case RowKind::kFlat:
      for (float& l : row) l = 0.01f * Normal(random);
      break;
    case RowKind::kZipf: {
      std::iota(row.begin(), row.end(), 1.0f);
      for (float& l : row) l = -std::log(l);
      for (std::size_t i = size; i > 1; --i) {
        std::swap(row[i - 1], row[random() % i]);
      }
      break;
    }
    case RowKind::kGaussian:
      for (float& l : row) l = 3.0f * Normal(random) - 20.0f;
      break;
    case RowKind::kTied:
      for (float& l : row) l = RoundToBf16(3.0f * Normal(random) + 12.0f);
      break;
    case RowKind::kMasked:
      for (std::size_t i = 0; i < size; ++i) {
        const bool masked = i < size / 4 || random() % 3 == 0;
        row[i] = masked ? -std::numeric_limits<float>::infinity()
                        : 3.0f * Normal(random);
      }
      row.back() = 1.0f;
      break;
    case RowKind::kEqual:
      std::fill(row.begin(), row.end(), -7.5f);
      break;
    case RowKind::kSorted:
      for (float& l : row) l = 4.0f * Normal(random);
      std::sort(row.begin(), row.end());
      break;
  }
  return row;
}

}  // namespace sampler

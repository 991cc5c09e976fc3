// Rows in memory of any type, at an odd address, and values for them.

#ifndef SAMPLER_TESTS_ROWS_STORED_ROW_H_
#define SAMPLER_TESTS_ROWS_STORED_ROW_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "sampler/logits.h"

namespace sampler {

inline double RandomValue(std::mt19937_64& random) {
  switch (random() % 24) {
    case 0:
      return -std::numeric_limits<double>::infinity();
    case 1:
      return -0.0;
    case 2:
      return 0.0;
    case 3:
      return 1e30;
    case 4:
      return -1e30;
    case 5:
      return 1e-310;
    default:
      return static_cast<double>(random() % 4000) / 64.0 - 31.0;
  }
}

struct Stored {
  std::vector<unsigned char> bytes;
  Logits row;
};

inline Stored Store(const std::vector<double>& values, DType dtype) {
  Stored stored;
  const std::size_t size = DTypeSize(dtype);
  stored.bytes.resize(1 + values.size() * size);
  for (std::size_t i = 0; i < values.size(); ++i) {
    unsigned char* to = stored.bytes.data() + 1 + i * size;
    const auto f = static_cast<float>(values[i]);
    if (dtype == DType::kF64) {
      std::memcpy(to, &values[i], 8);
    } else if (dtype == DType::kF32) {
      std::memcpy(to, &f, 4);
    } else if (dtype == DType::kBF16) {
      const auto half =
          static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(f) >> 16);
      std::memcpy(to, &half, 2);
    } else {
      // Any 16 bits that are no NaN: the values themselves do not matter.
      auto half = static_cast<std::uint16_t>(
          std::bit_cast<std::uint64_t>(values[i]) >> 40);
      if (values[i] == -std::numeric_limits<double>::infinity()) half = 0xfc00;
      if ((half & 0x7c00) == 0x7c00 &&
          values[i] != -std::numeric_limits<double>::infinity())
        half = 0x3c00;
      std::memcpy(to, &half, 2);
    }
  }
  stored.row = Logits(stored.bytes.data() + 1, dtype, values.size());
  return stored;
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_ROWS_STORED_ROW_H_

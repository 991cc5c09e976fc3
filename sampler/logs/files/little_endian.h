// Loads from the bytes of a file: any alignment, little-endian whatever the
// machine. The caller has checked that the bytes are there.
//
// Thread-safety: pure functions.
// Tested by: tests/logs/files/checked_math_test.cc.

#ifndef SAMPLER_LOGS_FILES_LITTLE_ENDIAN_H_
#define SAMPLER_LOGS_FILES_LITTLE_ENDIAN_H_

#include <bit>
#include <cstddef>
#include <cstdint>

namespace sampler::logs {

// Unsigned integer of sizeof(T) bytes at `from`.
template <typename T>
T LoadLittle(const unsigned char* from) {
  std::uint64_t value = 0;
  for (std::size_t i = sizeof(T); i > 0; --i) {
    value = value << 8 | from[i - 1];
  }
  return static_cast<T>(value);
}

// Integer of `width` bytes (1, 2, 4 or 8) at `from`. An unsigned one of 2^63 or
// more comes out negative.
inline std::int64_t LoadInteger(const unsigned char* from, std::size_t width,
                                bool is_signed) {
  std::uint64_t value = 0;
  for (std::size_t i = width; i > 0; --i) value = value << 8 | from[i - 1];
  if (!is_signed || width == 0 || width >= sizeof(value)) {
    return static_cast<std::int64_t>(value);
  }
  const std::size_t unused = 64 - 8 * width;
  return static_cast<std::int64_t>(value << unused) >> static_cast<int>(unused);
}

inline float LoadLittleFloat(const unsigned char* from) {
  return std::bit_cast<float>(LoadLittle<std::uint32_t>(from));
}

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FILES_LITTLE_ENDIAN_H_

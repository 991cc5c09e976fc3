// Choices made by the bytes of a fuzzer's input: a byte that the fuzzer changes
// changes one choice. Behind the last byte every choice is the first one.
//
// A source is a uniform random bit generator, so that what makes random values
// of std::mt19937_64 makes them of bytes too (support/random_parameters.h).

#ifndef SAMPLER_TESTS_FUZZ_BYTE_SOURCE_H_
#define SAMPLER_TESTS_FUZZ_BYTE_SOURCE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "absl/types/span.h"

namespace sampler::fuzz {

using Bytes = absl::Span<const std::uint8_t>;

class ByteSource {
 public:
  explicit ByteSource(Bytes bytes) : bytes_(bytes) {}

  bool empty() const { return bytes_.empty(); }

  std::uint8_t Byte() {
    if (bytes_.empty()) return 0;
    const std::uint8_t byte = bytes_.front();
    bytes_.remove_prefix(1);
    return byte;
  }

  // In [0, n). REQUIRES: 1 <= n <= 256.
  std::size_t Below(std::size_t n) { return Byte() % n; }
  bool Maybe() { return (Byte() & 1) != 0; }

  // Of a list or an array, which is not empty.
  template <typename List>
  const auto& Of(const List& list) {
    return list[Below(std::min<std::size_t>(std::size(list), 256))];
  }

  // 64 bits of two bytes, spread over the whole range.
  using result_type = std::uint64_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() {
    return std::numeric_limits<result_type>::max();
  }
  result_type operator()() {
    std::uint64_t x = Byte();
    x = x << 8 | Byte();
    x *= 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    return x ^ x >> 31;
  }

  // The next `size` bytes, or as many as are left.
  Bytes Take(std::size_t size) {
    const Bytes taken = bytes_.first(std::min(size, bytes_.size()));
    bytes_.remove_prefix(taken.size());
    return taken;
  }
  Bytes Rest() { return Take(bytes_.size()); }
  std::string RestAsText() {
    const Bytes rest = Rest();
    return {rest.begin(), rest.end()};
  }

 private:
  Bytes bytes_;
};

}  // namespace sampler::fuzz

#endif  // SAMPLER_TESTS_FUZZ_BYTE_SOURCE_H_

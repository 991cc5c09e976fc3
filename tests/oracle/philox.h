// Philox4x32-10, the counter-based generator, restated.
//
// Ten rounds over a counter of four words; each round multiplies two words by
// fixed odd constants, exchanges halves and mixes in the key, which moves on by
// the Weyl constants (golden ratio, sqrt(3) - 1).
//
// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011.
// Tested by: the known answers of its reference code, in
//   tests/oracle/oracle_pieces_test.cc.
#ifndef SAMPLER_TESTS_ORACLE_PHILOX_H_
#define SAMPLER_TESTS_ORACLE_PHILOX_H_

#include <array>
#include <cstdint>

namespace oracle {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

inline PhiloxCounter Philox(PhiloxCounter counter, PhiloxKey key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
    const auto high_a = static_cast<std::uint32_t>(a >> 32);
    const auto high_b = static_cast<std::uint32_t>(b >> 32);
    counter = {high_b ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               high_a ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

// What a random number is for; no two uses share one.
enum class Purpose : std::uint32_t {
  kTokenDraw = 0,
  kXtcCoin = 1,
  kTokenNoise = 4
};

// The 64 random bits of (seed, stream, position, purpose, ordinal of the stage,
// index). The final draw has ordinal 0 and index 0.
inline std::uint64_t RandomBits(std::uint64_t seed, std::uint32_t stream,
                                std::uint32_t position, Purpose purpose,
                                std::uint32_t ordinal, std::uint32_t index) {
  const PhiloxCounter counter = {
      index, position, stream,
      static_cast<std::uint32_t>(purpose) + 256 * ordinal};
  const PhiloxKey key = {static_cast<std::uint32_t>(seed),
                         static_cast<std::uint32_t>(seed >> 32)};
  const PhiloxCounter out = Philox(counter, key);
  return out[0] + (std::uint64_t{out[1]} << 32);
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_PHILOX_H_

#include "sampler/watermark/sha256.h"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace sampler {
namespace {

constexpr std::size_t kBlock = 64;   // Bytes.
constexpr std::size_t kLength = 56;  // Where a last block says the length.

using State = std::array<std::uint32_t, 8>;

// FIPS 180-4, 5.3.3: of the square roots of the first 8 primes.
constexpr State kInitial = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                            0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

// 4.2.2: of the cube roots of the first 64 primes.
constexpr std::uint32_t kRoundConstants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::uint32_t BigEndian32(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]};
}

// The 64 words that the rounds of a block take.
std::array<std::uint32_t, 64> Schedule(const std::uint8_t* block) {
  std::array<std::uint32_t, 64> words;
  for (std::size_t t = 0; t < 16; ++t) words[t] = BigEndian32(block + 4 * t);
  for (std::size_t t = 16; t < 64; ++t) {
    const std::uint32_t near = words[t - 2];
    const std::uint32_t far = words[t - 15];
    words[t] = words[t - 16] + words[t - 7] +
               (std::rotr(far, 7) ^ std::rotr(far, 18) ^ (far >> 3)) +
               (std::rotr(near, 17) ^ std::rotr(near, 19) ^ (near >> 10));
  }
  return words;
}

void Compress(const std::uint8_t* block, State& state) {
  const std::array<std::uint32_t, 64> words = Schedule(block);
  State s = state;
  for (std::size_t t = 0; t < 64; ++t) {
    const std::uint32_t a = s[0];
    const std::uint32_t e = s[4];
    const std::uint32_t choice = (e & s[5]) ^ (~e & s[6]);
    const std::uint32_t majority = (a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]);
    const std::uint32_t sum_e =
        std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const std::uint32_t sum_a =
        std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const std::uint32_t mixed =
        s[7] + sum_e + choice + kRoundConstants[t] + words[t];
    std::copy_backward(s.begin(), s.end() - 1, s.end());
    s[4] += mixed;
    s[0] = mixed + sum_a + majority;
  }
  for (std::size_t i = 0; i < state.size(); ++i) state[i] += s[i];
}

}  // namespace

std::array<std::uint8_t, 32> Sha256(absl::Span<const std::uint8_t> bytes) {
  State state = kInitial;
  absl::Span<const std::uint8_t> rest = bytes;
  for (; rest.size() >= kBlock; rest.remove_prefix(kBlock)) {
    Compress(rest.data(), state);
  }
  // What is left, a bit 1, zeros, and the length in bits: one block or two.
  std::array<std::uint8_t, kBlock> last = {};
  std::copy(rest.begin(), rest.end(), last.begin());
  last[rest.size()] = 0x80;
  if (rest.size() >= kLength) {
    Compress(last.data(), state);
    last.fill(0);
  }
  const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
  for (std::size_t i = 0; i < 8; ++i) {
    last[kLength + i] = static_cast<std::uint8_t>(bits >> (56 - 8 * i));
  }
  Compress(last.data(), state);
  std::array<std::uint8_t, 32> digest;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
  }
  return digest;
}

}  // namespace sampler

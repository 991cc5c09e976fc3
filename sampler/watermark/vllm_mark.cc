#include "sampler/watermark/vllm_mark.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/random/random.h"
#include "sampler/watermark/sha256.h"

namespace sampler {
namespace {

constexpr std::uint32_t kContextDomain = 0x574D4358;  // "WMCX"
constexpr std::uint32_t kTokenDomain = 0x574D544B;    // "WMTK"
constexpr std::uint32_t kNoToken = 0xFFFFFFFF;        // -1

// The first 8 bytes of SHA-256(domain, key), big-endian like the key.
std::uint64_t DeriveKey(std::uint64_t key, absl::string_view domain) {
  std::vector<std::uint8_t> bytes(domain.begin(), domain.end());
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>(key >> shift));
  }
  const std::array<std::uint8_t, 32> digest = Sha256(bytes);
  std::uint64_t derived = 0;
  for (std::size_t i = 0; i < 8; ++i) derived = derived << 8 | digest[i];
  return derived;
}

}  // namespace

VllmMarkRandom::VllmMarkRandom(std::uint64_t key, std::int64_t width,
                               absl::Span<const TokenId> output)
    : key_{static_cast<std::uint32_t>(key),
           static_cast<std::uint32_t>(key >> 32)},
      state_{kContextDomain, static_cast<std::uint32_t>(width), 0, 0} {
  const auto size = static_cast<std::int64_t>(output.size());
  for (std::int64_t block = 0; block < width; block += 4) {
    for (std::int64_t i = 0; i < 4; ++i) {
      const std::int64_t place = size - width + block + i;
      std::uint32_t word = kNoToken;
      if (block + i >= width) {
        word -= static_cast<std::uint32_t>(i);
      } else if (place >= 0) {
        word =
            static_cast<std::uint32_t>(output[static_cast<std::size_t>(place)]);
      }
      state_[static_cast<std::size_t>(i)] ^= word;
    }
    state_ = Philox4x32(state_,
                        {key_[0] ^ static_cast<std::uint32_t>(block), key_[1]});
  }
}

std::uint32_t VllmMarkRandom::Word(TokenId token) const {
  const auto id = static_cast<std::uint32_t>(token);
  const std::array<std::uint32_t, 4> words =
      Philox4x32({id >> 2, state_[0], state_[1], state_[2]},
                 {key_[0] ^ state_[3], key_[1] ^ kTokenDomain});
  return words[id & 3];
}

float VllmMarkRandom::Uniform(TokenId token) const {
  const double place = static_cast<double>(Word(token) >> 8) + 1.0;
  return static_cast<float>(place / 16777217.0);
}

std::uint64_t VllmMarkRandom::Bits(TokenId token) const {
  // u has 24 bits and is at least 2^-24 less a unit in its last place.
  return static_cast<std::uint64_t>(
      std::ldexp(static_cast<double>(Uniform(token)), 64));
}

VllmDualKeys DeriveVllmKeys(std::uint64_t key) {
  return {DeriveKey(key, "key_a"), DeriveKey(key, "key_b")};
}

}  // namespace sampler

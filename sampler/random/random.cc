#include "sampler/random/random.h"

namespace sampler {
namespace {

struct Product {
  std::uint32_t high;
  std::uint32_t low;
};

Product Multiply(std::uint32_t a, std::uint32_t b) {
  const std::uint64_t product = std::uint64_t{a} * b;
  return {static_cast<std::uint32_t>(product >> 32),
          static_cast<std::uint32_t>(product)};
}

}  // namespace

std::array<std::uint32_t, 4> Philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const Product even = Multiply(0xD2511F53u, counter[0]);
    const Product odd = Multiply(0xCD9E8D57u, counter[2]);
    counter = {odd.high ^ counter[1] ^ key[0], odd.low,
               even.high ^ counter[3] ^ key[1], even.low};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

Coins::Coins(std::uint64_t seed, std::uint32_t stream, std::uint32_t position,
             std::uint32_t attempt)
    : key_(seed), stream_(stream), position_(position) {
  if (attempt == 0) return;
  key_ = Coins(seed, stream, /*position=*/0)
             .Bits(Purpose::kAttempt, /*ordinal=*/0, attempt);
}

std::uint64_t Coins::Bits(Purpose purpose, std::uint32_t ordinal,
                          std::uint32_t index) const {
  Note();
  const std::array<std::uint32_t, 4> block =
      Philox4x32({index, position_, stream_,
                  static_cast<std::uint32_t>(purpose) + 256u * ordinal},
                 {static_cast<std::uint32_t>(key_),
                  static_cast<std::uint32_t>(key_ >> 32)});
  return block[0] | (std::uint64_t{block[1]} << 32);
}

double ToFraction(std::uint64_t u) {
  return static_cast<double>(u >> 11) * 0x1p-53;
}

}  // namespace sampler

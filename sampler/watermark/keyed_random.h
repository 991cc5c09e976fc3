// Random numbers that belong to a key and a context of tokens, not to a seed:
// what a watermark is made of, and what its detector makes again.
//
//   h_0 = key;  h_(i+1) = words 0, 1 of Philox(key = h_i, counter = (token_i,
//                         i, 0, domain))
//   bits(x) = words 0, 1 of Philox(key = h_n, counter = (x, n, 1, domain))
//
// Each number depends on every token of the context, on its place, and on the
// domain (which watermark asks).
//
// Thread-safety: pure functions.
// Not promised: cryptographic strength. Whoever has much marked text of one
//   context may learn its numbers.
// Source: house.
// Tested by: tests/watermark/watermark_test.cc (against the oracle),
// tests/oracle_test.cc.

#ifndef SAMPLER_WATERMARK_KEYED_RANDOM_H_
#define SAMPLER_WATERMARK_KEYED_RANDOM_H_

#include <cstdint>

#include "sampler/candidate.h"
#include "sampler/random/random.h"

namespace sampler {

// Values are part of the reproducibility contract.
enum class WatermarkDomain : std::uint32_t { kGreenList = 1, kGumbel = 2 };

class KeyedRandom {
 public:
  KeyedRandom(std::int64_t key, WatermarkDomain domain)
      : hash_(static_cast<std::uint64_t>(key)),
        domain_(static_cast<std::uint32_t>(domain)) {}

  // Appends a token to the context.
  void Append(TokenId token) {
    hash_ = Bits(static_cast<std::uint32_t>(token), 0);
    ++length_;
  }

  // The hash of the context, its length, and the domain: what kernels make the
  // same bits of (kernels/edits/raise_chosen.h).
  std::uint64_t hash() const { return hash_; }
  std::uint32_t length() const { return length_; }
  std::uint32_t domain() const { return domain_; }

  // 64 uniform bits for token `id` in this context.
  std::uint64_t Bits(TokenId id) const {
    return Bits(static_cast<std::uint32_t>(id), 1);
  }

 private:
  std::uint64_t Bits(std::uint32_t token, std::uint32_t use) const {
    const auto out = Philox4x32({token, length_, use, domain_},
                                {static_cast<std::uint32_t>(hash_),
                                 static_cast<std::uint32_t>(hash_ >> 32)});
    return out[0] | (std::uint64_t{out[1]} << 32);
  }

  std::uint64_t hash_;
  std::uint32_t length_ = 0;
  std::uint32_t domain_;
};

}  // namespace sampler

#endif  // SAMPLER_WATERMARK_KEYED_RANDOM_H_

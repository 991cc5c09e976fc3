// The random numbers of SGLang's Gumbel watermark (which it calls TextSeal).
//
//   context = MurmurHash3 of the last tokens, at most `width` of them
//   hash(x) = MurmurHash3 of (key low, key high, context, x)
//   u(x)    = (hash(x) + 1/2) 2^-32
//   coin    = MurmurHash3 of (A low, A high, B low, B high, context): of two
//             keys A has its say where coin < floor(share 2^32)
//
// The context is prompt and output together, and shorter at the beginning of a
// text.
//
// Thread-safety: immutable.
// Not promised: cryptographic strength.
// Source: SGLang 0.5.23, sampling/watermarking (#37568, #37577). The research
//   code of facebookresearch/textseal has another hash, of 13 bits.
// Tested by: tests/watermark/engine_marks_test.cc (SGLang's own numbers),
//   tests/oracle_test.cc.

#ifndef SAMPLER_WATERMARK_SGLANG_MARK_H_
#define SAMPLER_WATERMARK_SGLANG_MARK_H_

#include <cstdint>
#include <optional>

#include "sampler/candidate.h"
#include "sampler/history/history.h"

namespace sampler {

struct SglangMarkKeys {
  std::uint64_t a;
  std::optional<std::uint64_t> b = {};
  double share_of_a = 0.5;  // Of contexts, where there is a key B; in (0, 1).
};

class SglangMarkRandom {
 public:
  // The numbers after this context.
  SglangMarkRandom(const SglangMarkKeys& keys, const HistoryView& context);

  std::uint32_t context_hash() const { return context_hash_; }

  // Returns true if key A, not key B, decides in this context.
  bool UsesKeyA() const { return uses_key_a_; }

  std::uint32_t Hash(TokenId token) const;

  // (hash + 1/2) 2^32: what a race takes (gumbel_race.h).
  std::uint64_t Bits(TokenId token) const {
    return (std::uint64_t{Hash(token)} << 32) + 0x80000000u;
  }

  // u, exactly.
  double Uniform(TokenId token) const {
    return (static_cast<double>(Hash(token)) + 0.5) * 0x1p-32;
  }

 private:
  std::uint32_t context_hash_;
  bool uses_key_a_;
  std::uint64_t key_;
};

}  // namespace sampler

#endif  // SAMPLER_WATERMARK_SGLANG_MARK_H_

// The random numbers of vLLM's Gumbel watermark, PRF "philox4x32-10-v1".
//
//   state = ("WMCX", width, 0, 0); for each block of 4 context tokens, from
//           place o:  state = Philox(state xor block, key = (k0 xor o, k1));
//           a block's missing tokens are 2^32 - 1 - their place in the block
//   word  = word (x mod 4) of Philox((x / 4, state 0...2),
//                                    key = (k0 xor state 3, k1 xor "WMTK"))
//   u(x)  = float((word / 256 + 1) / (2^24 + 1)), in (0, 1)
//
// The context is the last `width` output tokens; a place before the output's
// first token holds -1. The dual-key mark has two keys, made from the one that
// the operator holds by SHA-256.
//
// Thread-safety: immutable.
// Not promised: cryptographic strength.
// Source: vLLM 0.32, v1/watermarking (#54013, RFC #53916).
// Tested by: tests/watermark/engine_marks_test.cc (vLLM's own numbers),
//   tests/oracle_test.cc.

#ifndef SAMPLER_WATERMARK_VLLM_MARK_H_
#define SAMPLER_WATERMARK_VLLM_MARK_H_

#include <array>
#include <cstdint>

#include "absl/types/span.h"
#include "sampler/candidate.h"

namespace sampler {

class VllmMarkRandom {
 public:
  // The numbers after the last `width` tokens of `output`. REQUIRES: width >=
  // 1.
  VllmMarkRandom(std::uint64_t key, std::int64_t width,
                 absl::Span<const TokenId> output);

  // u of a token: the engine's float.
  float Uniform(TokenId token) const;

  // u 2^64, which is a whole number: what a race takes (gumbel_race.h).
  std::uint64_t Bits(TokenId token) const;

 private:
  std::uint32_t Word(TokenId token) const;

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> state_;
};

// The two keys of the dual-key mark. Under speculation the draft draws with A,
// the target and the token after a draft that was cut with B.
struct VllmDualKeys {
  std::uint64_t a;
  std::uint64_t b;
};

VllmDualKeys DeriveVllmKeys(std::uint64_t key);

}  // namespace sampler

#endif  // SAMPLER_WATERMARK_VLLM_MARK_H_

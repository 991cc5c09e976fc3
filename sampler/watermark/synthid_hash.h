// The hash of a SynthID-Text watermark: which contexts it marks, and the bit g
// of every token and layer.
//
//   acc(h, x) = (h + x) 6364136223846793005 + 1  mod 2^64, signed
//   context hash: h0 through acc over the last ngram_len - 1 tokens, zeros
//   before the first;  then acc over the token and the layer's key: h
//
//   deepmind      h0 = SHA-256(keys as little-endian int64), read big-endian,
//                 mod 2^63 - 1;  12 times h = acc(h, 1) >> 5;  g = bit 30 of h
//   hugging face  h0 = 1;  g = table[h mod its size]
//
// acc is affine in its tokens, so contexts have equal hashes exactly where
// sum a^i x_(t-i) agrees. That sum rolls from one context to the next, which is
// how a repeated context is found in the history itself: nothing is stored, and
// rollback and snapshots are exact.
//
// Thread-safety: const methods from any number of threads.
// Not promised: cryptographic strength. The table of transformers comes from a
//   torch generator (seed 0, 65,536 bits) that differs between devices, so it
//   is the caller's to export: SynthIDTextWatermarkLogitsProcessor
//   .sampling_table.tolist().
// Source: Nature 634:818 (2024); synthid-text, Hugging Face transformers.
// Tested by: tests/stages/draws/synthid_test.cc (golden bits, the oracle).

#ifndef SAMPLER_WATERMARK_SYNTHID_HASH_H_
#define SAMPLER_WATERMARK_SYNTHID_HASH_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sampler/candidate.h"

namespace sampler {

struct SynthIdRule {
  enum class Hash { kDeepMind, kHuggingFace };

  std::vector<std::int64_t> keys;       // One per layer; at least one.
  std::int64_t ngram_len = 5;           // >= 2: the context and the token.
  std::int64_t context_history = 1024;  // >= 0: contexts to remember.
  Hash hash = Hash::kDeepMind;
  std::vector<std::int64_t> table =
      {};  // Of kHuggingFace: at least one 0 or 1.

  // Tokens in a context.
  std::uint64_t context_width() const {
    return static_cast<std::uint64_t>(ngram_len) - 1;
  }
};

class SynthIdHash {
 public:
  explicit SynthIdHash(SynthIdRule rule);

  const SynthIdRule& rule() const { return rule_; }
  std::size_t layers() const { return rule_.keys.size(); }

  // Returns true if the token after `text` is marked: `text` has `first` tokens
  // or more, and of those at `first` or later none of the last context_history
  // had the same context. Cost: O(context_history).
  bool Marks(absl::Span<const TokenId> text, std::uint64_t first) const;

  // The hash of the context that `text` ends in.
  std::uint64_t Context(absl::Span<const TokenId> text) const;

  // g of `token` after a context with this hash. REQUIRES: layer < layers().
  bool G(std::uint64_t context, TokenId token, std::size_t layer) const;

 private:
  // sum a^i x_(t-i) over the context that `text` ends in.
  std::uint64_t Sum(absl::Span<const TokenId> text) const;

  SynthIdRule rule_;
  std::uint64_t after_zeros_;  // Hash of a context of zeros.
  std::uint64_t leaving_;      // Factor of the token that leaves the context.
};

}  // namespace sampler

#endif  // SAMPLER_WATERMARK_SYNTHID_HASH_H_

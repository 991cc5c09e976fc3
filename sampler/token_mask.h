// A packed mask of allowed tokens, as grammar engines produce it (xgrammar,
// llguidance): token j is allowed iff bit j % 32 of word j / 32 is 1, least
// significant bit first.
//
// `TokenMask` is a non-owning view: the words must outlive every use of it.
// Signed words (xgrammar's int32) and unsigned ones (llguidance) hold the same
// bits.
//
// Thread-safety: immutable; any number of threads may read one view.
// Tested by: tests/stages/edits/mask_test.cc.

#ifndef SAMPLER_TOKEN_MASK_H_
#define SAMPLER_TOKEN_MASK_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "sampler/candidate.h"

namespace sampler {

// What becomes of tokens that a mask has no bit for.
enum class MaskPadding { kBan, kAllow };

class TokenMask {
 public:
  // A mask that says nothing about any token.
  TokenMask() = default;
  explicit TokenMask(absl::Span<const std::uint32_t> words) : words_(words) {}
  explicit TokenMask(absl::Span<const TokenId> words)
      : words_(reinterpret_cast<const std::uint32_t*>(words.data()),
               words.size()) {}

  // Number of tokens the mask has a bit for.
  std::size_t size() const { return 32 * words_.size(); }
  absl::Span<const std::uint32_t> words() const { return words_; }

  // Number of tokens in [0, vocabulary_size) with a bit that is 1.
  std::size_t CountAllowed(std::size_t vocabulary_size) const;

  // REQUIRES: id < size().
  bool Allows(std::size_t id) const {
    return (words_[id / 32] >> (id % 32) & 1u) != 0;
  }

  // The same for any id, with `padding` for those that have no bit.
  bool Allows(std::size_t id, MaskPadding padding) const {
    return id < size() ? Allows(id) : padding == MaskPadding::kAllow;
  }

 private:
  absl::Span<const std::uint32_t> words_;
};

}  // namespace sampler

#endif  // SAMPLER_TOKEN_MASK_H_

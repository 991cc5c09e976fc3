#include "sampler/token_mask.h"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace sampler {

std::size_t TokenMask::CountAllowed(std::size_t vocabulary_size) const {
  const std::size_t whole = std::min(words_.size(), vocabulary_size / 32);
  std::size_t allowed = 0;
  std::size_t w = 0;
  for (; w + 2 <= whole; w += 2) {
    const std::uint64_t two = std::uint64_t{words_[w + 1]} << 32 | words_[w];
    allowed += static_cast<std::size_t>(std::popcount(two));
  }
  for (; w < whole; ++w) {
    allowed += static_cast<std::size_t>(std::popcount(words_[w]));
  }
  if (whole < words_.size()) {
    const std::uint32_t used = (1u << (vocabulary_size % 32)) - 1;
    allowed += static_cast<std::size_t>(std::popcount(words_[whole] & used));
  }
  return allowed;
}

}  // namespace sampler

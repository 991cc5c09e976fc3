#include "sampler/token_mask.h"

#include <algorithm>
#include <bit>

namespace sampler {

std::size_t TokenMask::CountAllowed(std::size_t vocabulary_size) const {
  const std::size_t whole = std::min(words_.size(), vocabulary_size / 32);
  std::size_t allowed = 0;
  for (std::size_t w = 0; w < whole; ++w) {
    allowed += static_cast<std::size_t>(std::popcount(words_[w]));
  }
  if (whole < words_.size()) {
    const std::uint32_t used = (1u << (vocabulary_size % 32)) - 1;
    allowed += static_cast<std::size_t>(std::popcount(words_[whole] & used));
  }
  return allowed;
}

}  // namespace sampler

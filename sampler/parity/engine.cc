#include "sampler/parity/engine.h"

#include <algorithm>

namespace sampler::parity {

void Engine::Seek(std::uint32_t seed, std::uint64_t words) {
  if (seed != seed_ || words < words_) {
    engine_.seed(seed);
    seed_ = seed;
    words_ = 0;
  }
  engine_.discard(words - words_);
  words_ = words;
}

Fraction TwoWordFraction(Engine& engine) {
  const std::uint32_t low = engine.Next();
  const std::uint32_t high = engine.Next();
  const double sum =
      static_cast<double>(low) + static_cast<double>(high) * 0x1p32;
  // The sum may round up to 2^64; a fraction stays below 1.
  return {std::min(sum * 0x1p-64, 1.0 - 0x1p-53),
          (std::uint64_t{high} << 32) | low};
}

float OneWordFraction(Engine& engine) {
  return std::min(static_cast<float>(engine.Next()) * 0x1p-32F,
                  1.0F - 0x1p-24F);
}

}  // namespace sampler::parity

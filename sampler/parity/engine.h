// The Mersenne Twister as runtimes built on libstdc++ draw from it: engine,
// and its words as fractions, by the rules of std::generate_canonical there.
//
// An engine is a function of (seed, words drawn so far). That number is all
// that a sequence carries of it; the 2.5 KB of engine behind it are a cache,
// moved on where it continues and made anew where it does not.
//
// Thread-safety: one thread at a time.
// Cost: Seek to where the engine stands is free; forward costs the words
//   between; back, or to another seed, the words from the start (a millisecond
//   for half a million).
// Source: mt19937 is fixed by the C++ standard ([rand.predef]: its 10,000th
//   word from the default seed is 4123659995); the fractions are libstdc++'s.
// Tested by: tests/parity/engine_test.cc.

#ifndef SAMPLER_PARITY_ENGINE_H_
#define SAMPLER_PARITY_ENGINE_H_

#include <cstdint>
#include <random>

namespace sampler::parity {

class Engine {
 public:
  // Makes the next word the one after the first `words` of `seed`.
  void Seek(std::uint32_t seed, std::uint64_t words);

  std::uint32_t Next() {
    ++words_;
    return static_cast<std::uint32_t>(engine_());
  }

  // Words drawn so far.
  std::uint64_t words() const { return words_; }

 private:
  std::mt19937 engine_;
  std::uint32_t seed_ = std::mt19937::default_seed;
  std::uint64_t words_ = 0;
};

// A double in [0, 1) and the 64 bits it was made of, first word low.
struct Fraction {
  double u;
  std::uint64_t bits;
};

// Two words: (low + high 2^32) / 2^64, rounded once.
Fraction TwoWordFraction(Engine& engine);

// One word: float(word) / 2^32.
float OneWordFraction(Engine& engine);

}  // namespace sampler::parity

#endif  // SAMPLER_PARITY_ENGINE_H_

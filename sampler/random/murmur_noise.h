// The per-token noise of vLLM V2 and SGLang, to choose the tokens that they
// choose: a 32-bit hash of (seed, position, column) made into a Gumbel number.
//
// Their logarithms run on a GPU; here they are the house's, rounded to float
// where theirs are float. A choice can differ only where two scores agree to
// the last bits. The noise is coarse (32 bits: no G above 22.2), as theirs is;
// the house's own noise (gumbel.h) is not.
//
// Thread-safety: pure functions.
// Source: vLLM #51367, SGLang #33423.
// Tested by: tests/random/gumbel_noise_test.cc (known hashes and noise).

#ifndef SAMPLER_RANDOM_MURMUR_NOISE_H_
#define SAMPLER_RANDOM_MURMUR_NOISE_H_

#include <cstdint>

namespace sampler {

// MurmurHash3 x86-32 of a sequence of words.
class MurmurHasher {
 public:
  explicit MurmurHasher(std::uint32_t start = 0) : hash_(start) {}

  void Add(std::uint32_t word);
  // The low half, then the high one.
  void AddBoth(std::uint64_t words) {
    Add(static_cast<std::uint32_t>(words));
    Add(static_cast<std::uint32_t>(words >> 32));
  }

  // The hash of what was added so far.
  std::uint32_t Finish() const;

 private:
  std::uint32_t hash_;
  std::uint32_t bytes_ = 0;
};

// The hash of both runtimes, from `start` 0.
std::uint32_t MurmurHash(std::uint64_t seed, std::uint32_t position,
                         std::uint32_t column, std::uint32_t start = 0);

// SGLang, in double: u = h / (2^32 - 1), -ln(max(-ln u, 2^-32)).
double SglangNoise(std::uint32_t hash);

// vLLM V2, in float: -ln(-log1p(-u)), u = (h + 1/2) 2^-32 of two halves.
float VllmNoise(std::uint32_t hash);

}  // namespace sampler

#endif  // SAMPLER_RANDOM_MURMUR_NOISE_H_

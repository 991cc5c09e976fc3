// Counter-based randomness: every random number of the library is a pure
// function of where it is used.
//
//   bits = Philox4x32-10(key = seed, counter = (index, position, stream,
//                                               purpose + 256 * ordinal))
//
// There is no engine and no state, so copies, rollback, retries, threads and
// batches cannot disturb a sequence, and no two uses share a number: they
// differ in purpose, in the ordinal of their stage, or in the index.
//
// Thread-safety: pure functions; Coins is immutable.
// Not promised: cryptographic strength.
// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC'11);
// constants and known answers from Random123.
// Tested by: tests/random_test.cc (known answers, pair correlations).

#ifndef SAMPLER_RANDOM_H_
#define SAMPLER_RANDOM_H_

#include <array>
#include <cstdint>

namespace sampler {

// One Philox4x32 block with 10 rounds. Words in order 0...3.
std::array<std::uint32_t, 4> Philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

// What a random number is for. Values are part of the reproducibility contract
// and never change meaning.
enum class Purpose : std::uint8_t {
  kTokenDraw = 0,          // The draw of a token.
  kXtcCoin = 1,            // Whether xtc fires.
  kSpeculativeAccept = 2,  // Whether a drafted token stays.
  kResidualDraw = 3,       // The token after a draft that was cut.
  kTokenNoise = 4,         // A number for each token (gumbel_max).
  kCaller = 6,             // Never used here: for draws of the caller's own.
};

// The random numbers of one position of one sequence.
class Coins {
 public:
  Coins(std::uint64_t seed, std::uint32_t stream, std::uint32_t position)
      : seed_(seed), stream_(stream), position_(position) {}

  // 64 uniform bits. `ordinal` is the stage's index in its pipeline (0 for the
  // final draw, < 2^24); `index` tells several numbers of one use apart
  // (per-token noise uses the token id).
  std::uint64_t Bits(Purpose purpose, std::uint32_t ordinal = 0,
                     std::uint32_t index = 0) const;

  std::uint64_t seed() const { return seed_; }

 private:
  std::uint64_t seed_;
  std::uint32_t stream_;
  std::uint32_t position_;
};

// The fraction reported for 64 random bits: (u >> 11) * 2^-53, in [0, 1).
double ToFraction(std::uint64_t u);

}  // namespace sampler

#endif  // SAMPLER_RANDOM_H_

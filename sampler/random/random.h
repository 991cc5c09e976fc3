// Counter-based randomness: every random number of the library is a pure
// function of where it is used.
//
//   bits = Philox4x32-10(key, counter = (index, position, stream,
//                                        purpose + 256 * ordinal))
//   key  = seed                                            at attempt 0
//        = bits of (seed, stream, position 0, kAttempt, index a)
//                                                          at attempt a > 0
//
// There is no engine and no state, so copies, rollback, retries, threads and
// batches cannot disturb a sequence, and no two uses share a number: they
// differ in purpose, in the ordinal of their stage, or in the index.
//
// The rule of fresh numbers. A text has the law of its pipeline if each of its
// tokens is chosen by numbers that are still uniform, given everything that was
// decided before. A number whose outcome had a say in a decision is uniform no
// more: it is conditioned, and must not choose a token again. So
//
//   1. What is decided in the order of the text may take its numbers by
//      position: a position that is passed does not come again. Draws token by
//      token are so, and drafts that are judged token by token.
//   2. Whoever takes tokens back, or draws a token again, because of what they
//      were (a grammar refuses them, a phrase is complete, a draft was judged
//      as a block or as a tree) raises the attempt: Sequence::Redraw. It is a
//      seed of its own, so every number from there on is fresh. Whoever takes
//      tokens back without having judged them (to look ahead) does not:
//      Sequence::Rollback repeats them.
//   3. A judgement that looks at several positions at once takes its numbers
//      from the position where it begins: (that position, index, kBlockAccept).
//   4. The coins of stages (xtc) decide what the distribution is. How likely a
//      judgement is to end where it does depends on the target's distributions
//      up to there alone, whatever comes behind: so the target's coins stay
//      uniform, and its sequence is rolled back after a round of speculation.
//      What the draft has drawn behind that place is conditioned: its sequence
//      is redrawn for each round (speculative/round.h).
//   5. n draws from one distribution, each independent of the others, take
//      (position, kCaller, index i); they share the coins of its stages
//      (distribution.h).
//
// Thread-safety: pure functions; Coins is immutable.
// Not promised: cryptographic strength.
// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC'11);
// constants and known answers from Random123.
// Cost: a Philox block a number, and one a Coins at an attempt above 0.
// Tested by: tests/random/random_test.cc (known answers, pair correlations),
//   tests/laws/redraw_test.cc, tests/speculative/rounds_test.cc (the laws).

#ifndef SAMPLER_RANDOM_RANDOM_H_
#define SAMPLER_RANDOM_RANDOM_H_

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
  kAttempt = 7,            // The key of an attempt.
  kBlockAccept = 8,        // How much of a draft stays, judged as a block.
};

// The random numbers of one position of one sequence at one attempt.
class Coins {
 public:
  Coins(std::uint64_t seed, std::uint32_t stream, std::uint32_t position,
        std::uint32_t attempt = 0);

  // 64 uniform bits. `ordinal` is the stage's index in its pipeline (0 for the
  // final draw, < 2^24); `index` tells several numbers of one use apart
  // (per-token noise uses the token id).
  std::uint64_t Bits(Purpose purpose, std::uint32_t ordinal = 0,
                     std::uint32_t index = 0) const;

  // What keys them: the seed, or what an attempt above 0 puts in its place. For
  // random numbers made by other rules than Philox.
  std::uint64_t key() const {
    Note();
    return key_;
  }

  // The same numbers; `used` becomes true once one is asked for.
  Coins Noting(bool& used) const {
    Coins noting = *this;
    noting.used_ = &used;
    return noting;
  }

 private:
  void Note() const {
    if (used_ != nullptr) *used_ = true;
  }

  std::uint64_t key_;
  std::uint32_t stream_;
  std::uint32_t position_;
  bool* used_ = nullptr;
};

// The fraction reported for 64 random bits: (u >> 11) * 2^-53, in [0, 1).
double ToFraction(std::uint64_t u);

}  // namespace sampler

#endif  // SAMPLER_RANDOM_RANDOM_H_

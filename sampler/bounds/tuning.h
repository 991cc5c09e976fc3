// The constants that only decide how fast an answer is found. No answer depends
// on any of them: a guess that fails is followed by another way, in the end by
// the exact sums (README.md), and bounded_answers_test.cc compares the two.
//
// What each does to the time of a step is measured by tools/bench/sampler-bench
// (chains top_p, typical_p, top_n_sigma and the stages' own); the shapes in
// parentheses are the rows of that benchmark that notice it most.

#ifndef SAMPLER_BOUNDS_TUNING_H_
#define SAMPLER_BOUNDS_TUNING_H_

#include <cstddef>
#include <cstdint>

#include "sampler/arithmetic/mass.h"

namespace sampler::tuning {

// Sets up to this size are weighed exactly: that is one chunk of the float32
// sums (kernels/exp_sum.h), so bounds could tell nothing about a part of them.
inline constexpr std::size_t kFewCandidates = 512;

// The maximum of so many logits is the center of sums that are made before the
// maximum of all is known. What it is too low by adds to the error of the sums
// as the distance from the center does: 3 nats on gaussian rows, up to 20 on
// peaked ones.
inline constexpr std::size_t kGuessedBy = 1024;

// A nucleus is guessed from block maxima (head.h) to reach so much of what lies
// beyond it: a guess that falls short costs a second gathering pass, a deep one
// more weights. 0.15 of the rest is what the measured prototype took.
inline constexpr double kBeyond = 0.15;

// Where more than this part of all block maxima reaches a logit, their number
// says nothing about how many tokens do: e^-2.3 = 0.1, two or three a block.
inline constexpr double kMostBlocksShown = 0.9;

// Where maxima cannot guess, so many blocks are opened first (peaked rows,
// whose few likely tokens share a block), or an eighth of a short row's.
inline constexpr std::int64_t kFewBlocks = 48;

// But not at all, where the maxima that so many blocks show, and what chance
// puts beside them, make less than this part of the mass: it lies deep (0.51 or
// more of it in real rows that a few blocks hold, 0.43 or less in zipf and
// gaussian ones).
inline constexpr double kPromising = 0.47;

// Guesses of a head, at most; those after the first cost a pass each. Where
// guesses do not go on, a quarter and then half of the blocks are opened (text:
// likely tokens share blocks of low ids), but only with this part of the mass
// at hand already, or all of it lies deep.
inline constexpr int kMostGuesses = 4;
inline constexpr std::size_t kFirstWidening = 4;
inline constexpr std::size_t kLastWidening = 2;
inline constexpr double kNearlyFound = 0.7;

// A nucleus of less than this part of the row is gathered as a whole, for which
// a list of ids, logits and weights is written; of a larger one only a band is
// (gaussian, flat). It is what a row is cut in place from, too.
inline constexpr double kListPart = 14.0;

// A row is not cut in place where more than this part of it reaches the
// threshold and goes all the same: taking them out one by one costs more than a
// list of the others (flat, typical_p: 2.5 % of the row).
inline constexpr std::size_t kMostExceptions = 256;

// Of the head of typical tokens: a part of a row that a sample need not stand
// for, because few tokens there weigh much and a sample would miss them (zipf).
inline constexpr std::int64_t kTypicalHead = 512;

// Blocks of 64 candidates that a sample takes. Its error falls with the root of
// their number, and so does the width of the band that is then weighed (flat,
// gaussian); their cost rises with it.
inline constexpr std::size_t kSampleBlocks = 64;

// How many standard deviations of the sample's error a band is wide on either
// side; the error is that of the mass below it, which is far smaller than that
// of the mass above (zipf: a band of 8,000 tokens for 45,000). Were it normal,
// 3.5 would miss once in 2,000 guesses. A miss costs exact sums over the whole
// row; a wider band, more exact weights.
inline constexpr double kDeviations = 3.5;

// In nats: where a search for the end of a mass begins, and how far from where
// a mass ends a search for the edges of a band around it looks first.
inline constexpr float kFirstDistance = 6.0f;
inline constexpr float kBandStep = 0.0625f;

// By how much of itself the mass that is missing, or the error that a band
// allows for, may be off: closer is a longer search, looser a wider band.
inline constexpr double kSlack = 0.1;

// Blocks that the center of a deviation is the mean of. It only has to be near
// the mean: the bound grows with the square of the distance.
inline constexpr std::size_t kCenterBlocks = 16;

// A least weight below this asks for nearly everything, down to the last bit of
// a logit, and the logit that weighs so little is only known to whole units of
// weight: exact weights answer such questions.
inline constexpr Mass kLeastWeight = 16;

// Logits beyond this are rounded so coarsely (2^-37 in double, after scaling)
// that the allowance for it makes bounds useless.
inline constexpr double kLargestMax = 0x1p16;

}  // namespace sampler::tuning

#endif  // SAMPLER_BOUNDS_TUNING_H_

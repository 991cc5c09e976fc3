// Rough masses at distances: what guesses of where a mass lies are made from.
// Nothing is proved of them, and they differ between instruction sets.
//
// Arrays are filled up to a multiple of kTermsStep with items that weigh
// nothing and lie farthest away.
//
// Thread-safety: pure functions.
// Cost: 4,096 terms are summed up in 0.15 us (AVX-512).
// Tested by: tests/kernels/term_sums_test.cc (every instruction set, against
// plain loops).

#ifndef SAMPLER_KERNELS_TERM_SUMS_H_
#define SAMPLER_KERNELS_TERM_SUMS_H_

#include <cstddef>

namespace sampler::kernels {

inline constexpr std::size_t kTermsStep = 64;

// The distance of what is farther away, or weighs less than e^-80.
inline constexpr float kFarthestTerm = 1e30f;

constexpr std::size_t PaddedTerms(std::size_t count) {
  return (count + kTermsStep - 1) / kTermsStep * kTermsStep;
}

// distances[i] = |logits[i] - center|, masses[i] = e^(logits[i] - max), up to
// PaddedTerms(count). REQUIRES: no logit is NaN or exceeds `max`, which is
// finite.
void ComputeTerms(const double* logits, std::size_t count, double max,
                  double center, float* distances, float* masses);

// The mass of the terms with distance <= bound, and their number. REQUIRES
// (also below): `count` is a multiple of kTermsStep, bound < kFarthestTerm.
struct TermSums {
  double mass;
  std::size_t count;
};
TermSums SumTermsWithin(const float* distances, const float* masses,
                        std::size_t count, float bound);

// The mass of the others, and the sum of its squares.
double SumTermsBeyond(const float* distances, const float* masses,
                      std::size_t count, float bound);
double SumSquaredTermsBeyond(const float* distances, const float* masses,
                             std::size_t count, float bound);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_TERM_SUMS_H_

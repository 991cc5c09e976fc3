// llama.cpp's draws, one function each, on its array of candidates.
//
// Each draw has an engine of its own. Words it takes: DrawFromLogits two,
// always; DrawFromWeights, and so Mirostat and AdaptiveP, two, or none where
// one entry is left.
//
// One thing is not copied: an entry of probability 0 is never returned.
// llama.cpp returns one at u = 0 (probability 2^-64), or, from mirostat and
// adaptive_p, where u exceeds every rounded running sum (about 2^-53).
//
// Thread-safety: pure functions of their arguments.
// Contract: the array's status is kOk. Each leaves the array as it was drawn
//   from.
// Source: llama.cpp b10573, on libstdc++ (std::discrete_distribution).
// Tested by: tests/parity/llama_cpp_draws_test.cc,
// tests/parity/parity_golden_test.cc.

#ifndef SAMPLER_PARITY_LLAMA_CPP_DRAWS_H_
#define SAMPLER_PARITY_LLAMA_CPP_DRAWS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sampler/parity/candidate_array.h"
#include "sampler/parity/engine.h"

namespace sampler::parity {

// The entry that was drawn, and the 64 random bits it took (0 if none).
struct Choice {
  std::size_t index;
  std::uint64_t bits;
};

// "dist": weights float32 e^(l - max), sums in double; the first entry whose
// running sum is >= u S.
Choice DrawFromLogits(CandidateArray& array, Engine& engine);

// std::discrete_distribution over the p of the entries: the first whose running
// sum of p / S is >= u, all in double, the last running sum taken as 1.
Choice DrawFromWeights(const CandidateArray& array, Engine& engine);

// The first entry with the largest logit.
Choice DrawGreedily(const CandidateArray& array);

struct MirostatRule {
  int version = 2;
  float tau = 5.0F;
  float eta = 0.1F;
  std::int64_t m = 100;              // Version 1.
  std::int64_t vocabulary_size = 0;  // Version 1.
};

// Cuts (version 2: -log2 p > mu ends the prefix; version 1: an estimate of k
// from the first m entries, 1 where it is not a number that an int holds), then
// draws by p renormalised, and moves mu by -eta (-log2 p - tau), but not beyond
// the largest float.
Choice Mirostat(CandidateArray& array, const MirostatRule& rule, float& mu,
                Engine& engine);

struct AdaptiveRule {
  std::optional<float> target = {};  // Empty: draw from the set as it is.
  float decay = 0.9F;
};

// Running sums over the tokens that were drawn and accepted.
struct AdaptiveAverages {
  float sum;
  float weight;

  // Before the first token.
  explicit AdaptiveAverages(const AdaptiveRule& rule)
      : sum(rule.target.value_or(0.0F) / (1.0F - rule.decay)),
        weight(1.0F / (1.0F - rule.decay)) {}

  // A token of probability p (as AdaptiveP met it) was accepted.
  void Learn(float p, const AdaptiveRule& rule) {
    sum = p + rule.decay * sum;
    weight = 1.0F + rule.decay * weight;
  }

  float Mean() const { return sum / weight; }
};

// The probability that adaptive_p favours. REQUIRES: the rule has a target.
float AimOf(const AdaptiveRule& rule, const AdaptiveAverages& averages);

struct AdaptiveChoice {
  Choice choice;
  float p_before;  // The drawn token's p as the array came in.
};

// l = 5 - 10 d^2 / (1 + d), d = |p - clamp(2 target - sum / weight)| / 0.3;
// then a draw by p.
AdaptiveChoice AdaptiveP(CandidateArray& array, const AdaptiveRule& rule,
                         const AdaptiveAverages& averages, Engine& engine,
                         std::vector<float>& p_before);

}  // namespace sampler::parity

#endif  // SAMPLER_PARITY_LLAMA_CPP_DRAWS_H_

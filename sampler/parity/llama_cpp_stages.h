// llama.cpp's stages, one function each, on its array of candidates.
//
// All arithmetic is float32, in the order of operations written here; p is the
// float32 softmax over the array as it stands (candidate_array.h). Of the array
// order: edits, Temperature, TopNSigma and MinP keep it; TopK, TopP,
// DynamicTemperature (more than one entry) and Xtc (when it fires) leave it
// descending; TypicalP leaves it ascending by |-ln p - H|. Penalties and Dry
// clear the sorted flag and move nothing; AddBiases clears it where the logits
// no longer descend (llama.cpp keeps it: what then trusts the order takes a
// banned token for the likeliest one).
//
// Thread-safety: pure functions of their arguments.
// Contract: the array's status is kOk, min_keep >= 1; ranges are those of the
//   stages of the same names in stages/.
// Source: llama.cpp b10573; where its versions differ, the golden records
//   decide.
// Tested by: tests/parity/parity_golden_test.cc.

#ifndef SAMPLER_PARITY_LLAMA_CPP_STAGES_H_
#define SAMPLER_PARITY_LLAMA_CPP_STAGES_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/history/breakers.h"
#include "sampler/history/history.h"
#include "sampler/history/repeats.h"
#include "sampler/parity/candidate_array.h"
#include "sampler/parity/engine.h"

namespace sampler::parity {

// A number per token of the vocabulary, all 0 between uses: how often, or how
// much, the history speaks of a token.
using TokenNumbers = std::vector<std::int32_t>;

// l += b, -inf to ban.
void AddBiases(CandidateArray& array,
               absl::Span<const std::pair<TokenId, float>> biases);

struct PenaltyRule {
  float repeat = 1.0F;
  float frequency = 0.0F;
  float presence = 0.0F;
};

// For tokens of `recent`: l = l <= 0 ? l * repeat : l / repeat, then
// l -= float(count) * frequency + presence.
void Penalize(CandidateArray& array, const HistoryView& recent,
              const PenaltyRule& rule, TokenNumbers& numbers);

struct DryRule {
  float multiplier = 0.0F;
  float base = 1.75F;
  std::int64_t allowed_length = 2;
  Breakers breakers = Breakers();
};

// l -= float(multiplier * base^n), n the length by which the token would
// lengthen a repetition beyond the allowed one; breakers of one token are
// exempt. The rule is that of the house's `dry`.
void Dry(CandidateArray& array, const HistoryView& history, const DryRule& rule,
         TokenNumbers& numbers, Repeats& repeats);

// l / T. T = 0: all but the first of the maxima become -inf.
void Temperature(CandidateArray& array, float temperature);

// T = low + (high - low) * (H / ln N)^exponent over all entries, then l / T.
void DynamicTemperature(CandidateArray& array, float low, float high,
                        float exponent);

// l < max - n * sigma becomes -inf; sigma over the finite entries, population,
// squares added as doubles to a float32 sum.
void TopNSigma(CandidateArray& array, float n);

void TopK(CandidateArray& array, std::size_t k);

// Entries by |-ln p - H| while the running sum is <= p, and one more. With an
// entry of p = 0, H is NaN and the order that of a sort of equals.
using ScoredEntries = std::vector<std::pair<float, Entry>>;  // Scratch.
void TypicalP(CandidateArray& array, float p, std::size_t min_keep,
              ScoredEntries& scored);

// Descending entries until the running sum is >= p. An unsorted array is
// summed before it is sorted.
void TopP(CandidateArray& array, float p, std::size_t min_keep);

// l >= max + ln p.
void MinP(CandidateArray& array, float p, std::size_t min_keep);

// With fewer than 2 entries nothing, not even a word of the engine. Fires if
// the coin is <= probability.
void Xtc(CandidateArray& array, float probability, float threshold,
         std::size_t min_keep, Engine& engine);

}  // namespace sampler::parity

#endif  // SAMPLER_PARITY_LLAMA_CPP_STAGES_H_

// The detector of the SynthID-Text watermark: how large the bits g of a text
// are, on the whole.
//
//   mean           sum of g / (n m),  n tokens, m layers
//   weighted mean  sum of v_d g_d / (n m),  v falls evenly from 10 to 1, scaled
//                  to the sum m: the first layers carry most of the mark
//   z = (weighted mean - q) / sqrt(q (1 - q) sum v^2 / (m^2 n))
//
// q is the chance of a 1, 1/2 for hash deepmind, else the share of ones in the
// table. p = P(Bin(n m, q) >= the number of ones): exact for independent bits,
// and without the weights. z of text without the mark is about N(0, 1). Tokens
// whose context is not all in the text are not counted, nor, as the stage
// leaves them, those whose context is a repeated one.
//
// Thread-safety: pure functions.
// Cost: per token a hash for every layer and O(context_history).
// Source: Nature 634:818 (2024); synthid-text, detector_mean.
// Tested by: tests/stages/draws/synthid_test.cc (golden scores),
// tests/laws/synthid_laws_test.cc.

#ifndef SAMPLER_WATERMARK_SYNTHID_MARK_H_
#define SAMPLER_WATERMARK_SYNTHID_MARK_H_

#include <cstdint>

#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/watermark/evidence.h"
#include "sampler/watermark/synthid_hash.h"

namespace sampler {

// What the detector found in a text; zeros where nothing was counted.
struct SynthIdScore {
  std::int64_t tokens = 0;
  double mean = 0.0;
  double weighted_mean = 0.0;
  double z = 0.0;
};

// The chance of a 1 in plain text: q.
double SynthIdChance(const SynthIdRule& rule);

// Judges `output`: the tokens that were drawn, or a part of them, without the
// prompt, to which contexts do not reach.
SynthIdScore ScoreSynthIdMark(const SynthIdRule& rule,
                              absl::Span<const TokenId> output);

// The same text as evidence: the score is the number of ones, each token's is
// its own; z is that of the weighted mean. The prompt is not looked at.
MarkEvidence FindSynthIdMark(const SynthIdRule& rule, const MarkedText& text);

}  // namespace sampler

#endif  // SAMPLER_WATERMARK_SYNTHID_MARK_H_

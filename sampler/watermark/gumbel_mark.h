// The Gumbel watermark (Aaronson): the noise of a Gumbel race comes from a key
// and the previous tokens, and its detector.
//
//   r_x in (0, 1) = (bits(x) + 1/2) 2^-64 of (key, context, x)
//   score = sum of -ln(1 - r_token),  z = (score - n) / sqrt(n)
//
// Each term of text without the mark is exponential of mean and variance 1; the
// winner of a race has a large r. The detector counts every distinct (context,
// token) once.
//
// Thread-safety: pure functions.
// Source: S. Aaronson (2022); the numbers: house.
// Tested by: tests/watermark/watermark_test.cc.

#ifndef SAMPLER_WATERMARK_GUMBEL_MARK_H_
#define SAMPLER_WATERMARK_GUMBEL_MARK_H_

#include <cstdint>

#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/history/history.h"
#include "sampler/watermark/keyed_random.h"

namespace sampler {

struct GumbelMarkRule {
  std::int64_t key = 0;
  std::int64_t context_width = 1;  // >= 1.
};

// The numbers of all tokens after `context`. REQUIRES: context.size() ==
// rule.context_width.
KeyedRandom GumbelMarkRandom(const GumbelMarkRule& rule,
                             const HistoryView& context);

// What the detector added up in a text.
struct GumbelScore {
  std::int64_t tokens = 0;
  double score = 0.0;
  double z = 0.0;  // 0 where nothing was counted.
};

// Judges tokens[first...]; those before are context alone. Tokens whose context
// is too short are not counted.
GumbelScore ScoreGumbelMark(const GumbelMarkRule& rule,
                            absl::Span<const TokenId> tokens,
                            std::int64_t first = 0);

}  // namespace sampler

#endif  // SAMPLER_WATERMARK_GUMBEL_MARK_H_

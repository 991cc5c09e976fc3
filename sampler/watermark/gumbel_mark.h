// The Gumbel watermark (Aaronson): the noise of a Gumbel race comes from a key
// and the previous tokens. Its detector, for the house's numbers and those of
// engines.
//
//   variant     context                    numbers u of (key, context, token)
//   house       prompt and output          (bits + 1/2) 2^-64 (keyed_random.h)
//   vllm        output, padded with -1     vllm_mark.h
//   vllm_dual   the same                   the same, with one of two keys that
//                                          are made from `key`
//   sglang      prompt and output, shorter sglang_mark.h; one key, or one of
//               at the beginning           two by a coin of the context
//
//   score = sum of -ln(1 - u_token),  p = P(Gamma(n, 1) >= score)
//
// Each term of text without the mark is exponential of mean and variance 1; the
// winner of a race has a large u. Under vllm_dual nobody knows which key drew a
// token, so a term is (1 - alpha) a + alpha b: p is exact, and vLLM's own
// approximation of it stands beside it.
//
// What is counted once: of house a (context, token), of the engines, as in
// their detectors, a context. The detector of sglang stops after
// `most_contexts`.
//
// Thread-safety: pure functions.
// Source: S. Aaronson (2022); vLLM 0.32; SGLang 0.5.23.
// Tested by: tests/watermark/watermark_test.cc,
//   tests/watermark/engine_marks_test.cc.

#ifndef SAMPLER_WATERMARK_GUMBEL_MARK_H_
#define SAMPLER_WATERMARK_GUMBEL_MARK_H_

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/history/history.h"
#include "sampler/watermark/evidence.h"
#include "sampler/watermark/keyed_random.h"
#include "sampler/watermark/sglang_mark.h"

namespace sampler {

struct GumbelMarkRule {
  enum class Variant { kHouse, kVllm, kVllmDual, kSglang };

  // Of an engine: its 64 bits, so that a key of 2^63 or more is negative.
  std::int64_t key = 0;
  // >= 1; of sglang at most 64, of vllm and vllm_dual at most 4096.
  std::int64_t context_width = 1;
  Variant variant = Variant::kHouse;
  double alpha = 0.1;                      // vllm_dual: of key B, in [0, 1].
  std::optional<std::int64_t> key_b = {};  // sglang.
  double mixing_probability = 0.5;         // sglang: of key A, in (0, 1).
  std::int64_t most_contexts = 4096;       // sglang: in [1, 4096].

  // REQUIRES: variant is kSglang.
  SglangMarkKeys sglang_keys() const;
};

// The numbers of all tokens after `context`. REQUIRES: variant is kHouse,
// context.size() == rule.context_width.
KeyedRandom GumbelMarkRandom(const GumbelMarkRule& rule,
                             const HistoryView& context);

// Looks for the mark in text.output. Cost: O(n log n) in the tokens.
MarkEvidence FindGumbelMark(const GumbelMarkRule& rule, const MarkedText& text);

using GumbelScore = MarkEvidence;

// The same for tokens[first...]; those before are context alone.
GumbelScore ScoreGumbelMark(const GumbelMarkRule& rule,
                            absl::Span<const TokenId> tokens,
                            std::int64_t first = 0);

}  // namespace sampler

#endif  // SAMPLER_WATERMARK_GUMBEL_MARK_H_

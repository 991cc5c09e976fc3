// The green list of a context, and the detector that counts green tokens
// (Kirchenbauer et al.).
//
//   green(x) = bits(x) < ceil(gamma 2^64),  gamma in (0, 1)
//   z = (green - gamma n) / sqrt(n gamma (1 - gamma)),
//   p = P(Bin(n, gamma) >= green)
//
// bits are those of (key, context, x) (keyed_random.h). The context is the
// previous `context_width` tokens; in scheme selfhash the candidate belongs to
// it too. The detector counts every distinct (context, token) once, so that z
// of text without the mark is about N(0, 1) even where the text repeats.
//
// Thread-safety: a GreenList is immutable; the others are pure functions.
// Source: arXiv 2301.10226; the predicate per token: house, so that detectors
//   of other implementations do not apply.
// Tested by: tests/watermark/watermark_test.cc.

#ifndef SAMPLER_WATERMARK_GREEN_LIST_H_
#define SAMPLER_WATERMARK_GREEN_LIST_H_

#include <cstdint>

#include "absl/types/span.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/candidate.h"
#include "sampler/history/history.h"
#include "sampler/watermark/evidence.h"
#include "sampler/watermark/keyed_random.h"

namespace sampler {

struct GreenListRule {
  enum class Scheme { kLeftHash, kSelfHash };

  double gamma = 0.25;  // In (0, 1).
  std::int64_t key = 15485863;
  std::int64_t context_width = 1;  // >= 1.
  Scheme scheme = Scheme::kLeftHash;
};

class GreenList {
 public:
  // REQUIRES: context.size() == rule.context_width.
  GreenList(const GreenListRule& rule, const HistoryView& context);

  bool Contains(TokenId token) const;

  // Adds `delta` to the logits of green tokens; -inf stays -inf. REQUIRES: as
  // many logits as ids; delta is finite.
  void Raise(double delta, absl::Span<const TokenId> ids,
             absl::Span<double> logits) const;

 private:
  GreenListRule::Scheme scheme_;
  std::uint64_t target_;  // Bits below it are green.
  KeyedRandom random_;
};

// Looks for the mark in text.output; the score is the number of green tokens.
// Tokens whose context is too short are left out. Cost: O(n log n).
MarkEvidence FindGreenMark(const GreenListRule& rule, const MarkedText& text);

// What the detector counted in a text.
struct GreenCount {
  std::int64_t tokens = 0;
  std::int64_t green = 0;
  double z = 0.0;  // 0 where nothing was counted.
};

// FindGreenMark in tokens[first...]; those before are context alone.
GreenCount CountGreen(const GreenListRule& rule,
                      absl::Span<const TokenId> tokens, std::int64_t first = 0);

}  // namespace sampler

#endif  // SAMPLER_WATERMARK_GREEN_LIST_H_

// What a detector found in a text, and how likely plain text is to have as
// much.
//
//   score        what the scheme adds up over the tokens that are counted
//   p value      P(plain text of as many tokens has this score or more): exact
//                under the scheme's own law (gamma or binomial, tail.h)
//   z            the score in standard deviations above its mean
//
// The p value is the one to decide by: z is normal only for long texts, and far
// out not even then.
//
// A token counts once for every context: the same context gives the same
// numbers, so a token after it is no evidence of its own.
//
// Thread-safety: plain values; one thread at a time for SeenRuns.
// Tested by: tests/watermark/engine_marks_test.cc,
//   tests/watermark/watermark_test.cc.

#ifndef SAMPLER_WATERMARK_EVIDENCE_H_
#define SAMPLER_WATERMARK_EVIDENCE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/history/history.h"

namespace sampler {

// A text to look at: the tokens that were drawn, after a prompt. An empty
// prompt is an unknown one.
struct MarkedText {
  absl::Span<const TokenId> prompt;
  absl::Span<const TokenId> output;

  // The last `width` tokens before output token `place`, or all.
  HistoryView Before(std::size_t place, std::size_t width) const {
    return HistoryView{prompt, output.first(place)}.Last(width);
  }
};

// A token that was counted, and what it added.
struct TokenEvidence {
  std::int64_t place = 0;  // In the output.
  double score = 0.0;
};

struct MarkEvidence {
  std::int64_t tokens = 0;    // Counted.
  std::int64_t repeated = 0;  // Not counted: the context came before.
  // Not counted: the context is not all in the text, or the scheme has marked
  // as many contexts as it ever does.
  std::int64_t left_out = 0;
  double score = 0.0;
  double z = 0.0;  // 0 where nothing was counted, as are the next two.
  double log_p_value = 0.0;
  double p_value = 1.0;
  // Where the engine's own detector reports another number than the exact one.
  std::optional<double> engine_p_value = {};
  std::vector<TokenEvidence> each = {};
};

// Remembers runs of tokens.
class SeenRuns {
 public:
  // Returns true if this run (of this length) was not added before.
  bool Add(std::vector<TokenId> run) {
    return seen_.insert(std::move(run)).second;
  }

 private:
  std::set<std::vector<TokenId>> seen_;
};

// The tokens of a view, and one behind them.
std::vector<TokenId> RunOf(const HistoryView& view);
std::vector<TokenId> RunOf(const HistoryView& view, TokenId next);

// Counts a token: adds its score.
void Count(std::size_t place, double score, MarkEvidence& evidence);

// Counts every output token with a whole context, the first time that the two
// stand together, by the score that it gets.
MarkEvidence CountAll(
    const MarkedText& text, std::int64_t context_width,
    absl::FunctionRef<double(const HistoryView& context, TokenId token)> score);

// Fills in p and z of a sum of exponential variables of mean 1, or of `n`
// trials (each 1 with this chance) of which the score are 1.
void JudgeExponentials(MarkEvidence& evidence);
void JudgeTrials(double chance, std::int64_t n, MarkEvidence& evidence);

}  // namespace sampler

#endif  // SAMPLER_WATERMARK_EVIDENCE_H_

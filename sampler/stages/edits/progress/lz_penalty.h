// LZ penalty: lowers the tokens by which the text would become easier to
// compress, by as many bits as the compression (LZ77) saves.
//
//   l_x -= strength (log2 V - log2 d(x))        where d(x) < V
//
// d(x): how many tokens back x stands, at the place where the longest match
// with the end of the text leads to it, and of equally long matches at the
// latest. A match is a common suffix, of 0 to `buffer` tokens, of the text and
// of what stands before that place. The text is the last `window` tokens of
// the scope; its first `buffer` tokens are the beginning of matches alone. x
// that stands nowhere is left as it is: it would cost log2 V bits.
//
// Contract: strength finite; 0 changes nothing, negative values reward. A text
//   of at most `buffer` tokens changes nothing. A removed token stays removed.
// Nothing is remembered between steps, so that rollback and snapshots are
//   exact.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: O(window) (repeats.h), with a table of 4 bytes per token of the
//   vocabulary that is never scanned.
// Source: arXiv 2504.20131; this is the rule of its authors' SGLang
//   (tginart/sglang, penaltylib/lz_penalty.py: lz_penalty, lz_lookback_size,
//   lz_buffer_size). Their later script (tginart/lz-penalty) is another rule:
//   it compares the beginning of the buffer with the window, and subtracts the
//   bits of a token rather than what it saves, so that it rewards repetition.
// Tested by: tests/stages/edits/lz_penalty_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_EDITS_PROGRESS_LZ_PENALTY_H_
#define SAMPLER_STAGES_EDITS_PROGRESS_LZ_PENALTY_H_

#include <cstdint>
#include <memory>

#include "sampler/candidates/candidates.h"
#include "sampler/history/history.h"
#include "sampler/stages/registry.h"

namespace sampler {

class LzPenalty final : public Stage {
 public:
  static StageType Type();

  LzPenalty(double strength, const HistoryWindow& window, std::int64_t buffer)
      : strength_(strength), window_(window), buffer_(buffer) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;
  std::unique_ptr<StageScratch> MakeScratch() const override;

 private:
  double strength_;
  HistoryWindow window_;
  std::int64_t buffer_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_PROGRESS_LZ_PENALTY_H_

// Repetition penalty: makes every token seen before less likely, once, however
// often it was seen.
//
//   l_i = l_i > 0 ? l_i / penalty : l_i * penalty     for i in the history
//
// With `normalize` all logits are first replaced by log-probabilities, so that
// the sign is always the same: l_i = ln p_i * penalty.
//
// Contract: penalty > 0; 1 changes nothing (`normalize` included); below 1 it
//   rewards. An overflow to +inf gives the row the status "infinite".
// Options: a token counts as seen if it is among the last `window` tokens of
//   `scope`; the first `ignore_first` tokens of the prompt never count. Tokens
//   of `exempt` (a newline, punctuation) are left alone.
// Not promised: invariance under adding a constant to all logits, which changes
//   signs (unless `normalize`).
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: O(window); `normalize` adds an exact mass sum and a pass over the row.
// Source: CTRL, arXiv 1909.05858. Scope and window differ between runtimes:
//   Hugging Face and vLLM take prompt and output, SGLang the output, llama.cpp
//   the last 64 tokens of both.
// Tested by: tests/stages/edits/stages_test.cc, tests/oracle_test.cc,
//   tests/golden_test.cc.

#ifndef SAMPLER_STAGES_EDITS_REPETITION_PENALTY_H_
#define SAMPLER_STAGES_EDITS_REPETITION_PENALTY_H_

#include <utility>
#include <vector>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/edits/history_parameters.h"
#include "sampler/stages/registry.h"

namespace sampler {

class RepetitionPenalty final : public Stage {
 public:
  // Whether the penalty applies to raw logits or to log-probabilities.
  enum class Basis { kLogits, kLogprobs };

  static StageType Type();

  RepetitionPenalty(double penalty, const HistoryWindow& window, Basis basis,
                    std::vector<TokenId> exempt)
      : penalty_(penalty),
        window_(window),
        basis_(basis),
        exempt_(std::move(exempt)) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  double penalty_;
  HistoryWindow window_;
  Basis basis_;
  std::vector<TokenId> exempt_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_REPETITION_PENALTY_H_

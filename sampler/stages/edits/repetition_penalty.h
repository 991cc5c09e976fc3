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
//   of `exempt` (a newline, punctuation) are left alone. A token last seen
//   among the `decay` tokens before the window is penalised by its share s of
//   one occurrence (penalty_edits.h): with fade "logit" its logit is l (1 - s)
//   + l' s where l' is the penalised one (exllamav3); with fade "penalty" the
//   penalty is 1 + (penalty - 1) s (exllamav2).
// Not promised: invariance under adding a constant to all logits, which changes
//   signs (unless `normalize`).
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: O(window); `normalize` adds an exact mass sum and a pass over the row.
// Source: CTRL, arXiv 1909.05858. Scope and window differ between runtimes:
//   Hugging Face and vLLM take prompt and output, SGLang the output, llama.cpp
//   the last 64 tokens of both.
// Tested by: tests/stages/edits/stages_test.cc,
//   tests/stages/edits/penalty_decay_test.cc, tests/oracle_test.cc,
//   tests/golden_test.cc.

#ifndef SAMPLER_STAGES_EDITS_REPETITION_PENALTY_H_
#define SAMPLER_STAGES_EDITS_REPETITION_PENALTY_H_

#include <memory>
#include <utility>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/edits/penalty_edits.h"
#include "sampler/stages/registry.h"

namespace sampler {

class RepetitionPenalty final : public Stage {
 public:
  // Whether the penalty applies to raw logits or to log-probabilities.
  enum class Basis { kLogits, kLogprobs };

  // What a share of an occurrence weakens: the change of the logit, or the
  // penalty.
  enum class Fade { kLogit, kPenalty };

  static StageType Type();

  RepetitionPenalty(double penalty, PenaltyTokens tokens, Basis basis,
                    Fade fade)
      : penalty_(penalty),
        tokens_(std::move(tokens)),
        basis_(basis),
        fade_(fade) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;
  std::unique_ptr<StageScratch> MakeScratch() const override {
    return tokens_.MakeScratch();
  }

 private:
  // The new logit of a token of whose last occurrence a share < 1 counts.
  double Faded(double logit, double share) const;

  double penalty_;
  PenaltyTokens tokens_;
  Basis basis_;
  Fade fade_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_REPETITION_PENALTY_H_

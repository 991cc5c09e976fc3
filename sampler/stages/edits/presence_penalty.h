// Presence penalty: makes tokens less likely by whether they were seen.
//
//   l_i -= penalty * [count(i) > 0]
//
// Contract: penalty finite; 0 changes nothing; negative values reward. Always a
//   subtraction, whatever the sign of the logit. A count that a window or a
//   rollback brings back to 0 is as if the token had never been seen.
// Options: tokens of `exempt` (a newline, punctuation) are left alone. A
//   token last seen among the `decay` tokens before the window takes a part of
//   the penalty (penalty_edits.h): so exllamav3's sustain and decay.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: O(window).
// Source: OpenAI API. vLLM and SGLang count the output (the default here),
//   TensorRT-LLM prompt and output, llama.cpp the last 64 tokens of both.
// Tested by: tests/stages/edits/stages_test.cc,
//   tests/stages/edits/penalty_decay_test.cc, tests/oracle_test.cc,
//   tests/golden_test.cc.

#ifndef SAMPLER_STAGES_EDITS_PRESENCE_PENALTY_H_
#define SAMPLER_STAGES_EDITS_PRESENCE_PENALTY_H_

#include <memory>
#include <utility>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/edits/penalty_edits.h"
#include "sampler/stages/registry.h"

namespace sampler {

class PresencePenalty final : public Stage {
 public:
  static StageType Type();

  PresencePenalty(double penalty, PenaltyTokens tokens)
      : penalty_(penalty), tokens_(std::move(tokens)) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;
  std::unique_ptr<StageScratch> MakeScratch() const override {
    return tokens_.MakeScratch();
  }

 private:
  double penalty_;
  PenaltyTokens tokens_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_PRESENCE_PENALTY_H_

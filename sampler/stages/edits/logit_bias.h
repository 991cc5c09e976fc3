// Logit bias: adds a constant to the logits of chosen tokens, or bans them.
//
//   l_i += b_i ;   false in place of a number: l_i = -inf
//
// Contract: biases are finite, or a ban; an empty list changes nothing. A
//   removed token stays removed. Several instances add up.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: O(number of biases).
// Source: OpenAI API ("logit_bias"). OpenAI clamps to [-100, 100]; here any
//   finite bias is taken as written.
// Tested by: tests/stages/edits/stages_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_EDITS_LOGIT_BIAS_H_
#define SAMPLER_STAGES_EDITS_LOGIT_BIAS_H_

#include <map>
#include <utility>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class LogitBias final : public Stage {
 public:
  static StageType Type();

  // A bias of -inf bans the token.
  explicit LogitBias(std::map<TokenId, double> biases)
      : biases_(std::move(biases)) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  std::map<TokenId, double> biases_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_LOGIT_BIAS_H_

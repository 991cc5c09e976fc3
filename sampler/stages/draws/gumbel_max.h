// Gumbel-max: adds independent Gumbel noise to every logit; the largest sum
// wins.
//
//   token = argmax l_i + G_i,   G = -ln(-ln u)       (ties: the lowest id)
//
// The law is that of `categorical`, but two configs under one seed are coupled
// in another way: removing any token but the winner does not change the winner
// (except with noise "sglang", which is keyed by rank after a truncation).
//
// Contract: u in the open interval (0, 1), 64 bits, keyed by seed, stream,
//   position and token id: no token of weight 0 and no removed token wins.
//   Token::bits is 0, because the draw uses one number per token.
// Options: noise "vllm_v2" and "sglang" repeat those runtimes' choices
//   (gumbel_noise.h), with their 32-bit tails.
// Thread-safety: immutable; any number of threads may call Choose.
// Cost: exact weights and a Philox block per survivor of weight > 0; logarithms
//   for a few of them.
// Source: arXiv 1611.00712; exllamav3, vLLM V2, SGLang.
// Tested by: tests/stages/draws/gumbel_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_DRAWS_GUMBEL_MAX_H_
#define SAMPLER_STAGES_DRAWS_GUMBEL_MAX_H_

#include "sampler/candidates/candidates.h"
#include "sampler/stages/draws/gumbel_noise.h"
#include "sampler/stages/registry.h"

namespace sampler {

class GumbelMax final : public Draw {
 public:
  static StageType Type();

  explicit GumbelMax(Noise noise) : noise_(noise) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;
  Drawn Choose(const Candidates& candidates,
               const StepContext& step) const override;

 private:
  Noise noise_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_DRAWS_GUMBEL_MAX_H_

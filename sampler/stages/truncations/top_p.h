// Top-p (nucleus sampling): keeps the smallest set of likeliest tokens that
// together have probability p.
//
//   kept = the shortest prefix of the total order with sum p_i >= p
//
// The token that crosses p stays. Masses are exact integers, so the crossing
// token is the same on every machine and for every algorithm.
//
// Contract: 0 <= p <= 1. p = 1 changes nothing at all (tokens of weight 0
//   stay); p = 0 keeps the head.
// Options: where runtimes differ. equality "continue": stop only when the mass
//   exceeds p (SGLang). crossing "exclude": keep tokens whose running mass is
//   at most p, and always the first (exllama); `equality` then has no say. mass
//   "original": p of the candidates before the pipeline's first truncation
//   (SGLang and FlashInfer judge top_k and top_p jointly). tie_order "high_id":
//   among equal logits the highest id ranks first (Hugging Face, vLLM). ties
//   "keep_all": every token tied with the last kept one stays (FlashInfer).
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: exact weights of the candidates within 37 nats of the maximum, then
//   linear selection; no sort.
// Source: arXiv 1904.09751.
// Tested by: tests/stages/truncations/stages_truncation_test.cc,
//   tests/oracle_test.cc, tests/golden_test.cc.

#ifndef SAMPLER_STAGES_TRUNCATIONS_TOP_P_H_
#define SAMPLER_STAGES_TRUNCATIONS_TOP_P_H_

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class TopP final : public Stage {
 public:
  static StageType Type();

  explicit TopP(double p, const MassRule& rule = {}) : p_(p), rule_(rule) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;
  bool NeedsOriginalMass() const override {
    return rule_.basis == MassBasis::kOriginal;
  }

 private:
  double p_;
  MassRule rule_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_TOP_P_H_

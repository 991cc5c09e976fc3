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
//   decay: after each output token p becomes max(p decay, least), and after
//   `reset_id` it is p again (TensorRT-LLM): a function of the history alone.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: `decay` a look at the output. Exact weights of the candidates within 37
// nats of the maximum, then
//   linear selection; no sort.
// Source: arXiv 1904.09751.
// Tested by: tests/stages/truncations/stages_truncation_test.cc,
//   tests/oracle_test.cc, tests/golden_test.cc.

#ifndef SAMPLER_STAGES_TRUNCATIONS_TOP_P_H_
#define SAMPLER_STAGES_TRUNCATIONS_TOP_P_H_

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class TopP final : public Stage {
 public:
  static StageType Type();

  // How p falls from token to token.
  struct Fall {
    double decay = 1.0;  // 1: it does not.
    double least = 0.0;
    std::optional<std::int64_t> reset_id = {};
  };

  TopP(double p, const MassRule& rule, const Fall& fall)
      : p_(p), rule_(rule), fall_(fall) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;
  bool NeedsOriginalMass() const override {
    return rule_.basis == MassBasis::kOriginal;
  }

 private:
  // p after these output tokens.
  double ShareAfter(absl::Span<const TokenId> output) const;

  double p_;
  MassRule rule_;
  Fall fall_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_TOP_P_H_
